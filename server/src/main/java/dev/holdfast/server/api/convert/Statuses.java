package dev.holdfast.server.api.convert;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts rejections and failures to gRPC statuses. No other class does. */
public final class Statuses {
  private static final String DOMAIN = "holdfast.dev";

  /** Retry delay: long enough to commit some thousand changes. */
  private static final int RETRY_MILLIS = 100;

  /** The trailer that gRPC's built-in retries obey. */
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  /** The metadata keys that repeat values of the request. */
  private static final List<String> REQUEST_KEYS =
      List.of("repository_id", "request_id", "operation_id");

  private static final Map<String, Rejection.Reason> REASONS =
      Arrays.stream(Rejection.Reason.values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, reason -> reason));

  private Statuses() {}

  /** Returns the status of a rejected call. */
  public static StatusRuntimeException of(Rejection rejection) {
    Metadata trailers = new Metadata();
    if (rejection.reason() == Rejection.Reason.OVERLOADED) {
      trailers.put(PUSHBACK, Integer.toString(RETRY_MILLIS));
    }
    return StatusProto.toStatusRuntimeException(proto(rejection), trailers);
  }

  /** Returns the status of a failed call. */
  public static StatusRuntimeException of(RuntimeException e) {
    if (e instanceof RejectedException rejected) {
      return of(rejected.rejection());
    }
    if (e instanceof StoreException failed) {
      return of(failed.rejection());
    }
    return internal();
  }

  /** Returns the reason of a rejected call; null if it was not rejected for one of ours. */
  public static Rejection.@Nullable Reason reason(Status status, Metadata trailers) {
    com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
    try {
      for (Any detail : details.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          return info.getDomain().equals(DOMAIN) ? REASONS.get(info.getReason()) : null;
        }
      }
      return null;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("these details were created by this class", e);
    }
  }

  /**
   * Returns the status for a defect of the server. It has no reason of the contract, because the
   * outcome of the call is unknown.
   */
  public static StatusRuntimeException internal() {
    return Status.INTERNAL
        .withDescription("a defect in the server; see the server's log")
        .asRuntimeException();
  }

  /** Returns the status of one failed operation of many. */
  static com.google.rpc.Status proto(Outcome failure) {
    if (failure instanceof Rejection rejection) {
      return proto(rejection);
    }
    return StatusProto.fromThrowable(internal());
  }

  /**
   * Keeps the reason, the numbers and the field names, and removes values that repeat the request.
   */
  static void shorten(com.google.rpc.Status.Builder status) {
    for (Any.Builder detail : status.getDetailsBuilderList()) {
      try {
        if (detail.build().is(ErrorInfo.class)) {
          ErrorInfo.Builder info = ErrorInfo.newBuilder().mergeFrom(detail.getValue());
          REQUEST_KEYS.forEach(info::removeMetadata);
          detail.setValue(info.build().toByteString());
        } else if (detail.build().is(BadRequest.class)) {
          BadRequest.Builder bad = BadRequest.newBuilder().mergeFrom(detail.getValue());
          bad.getFieldViolationsBuilderList()
              .forEach(BadRequest.FieldViolation.Builder::clearDescription);
          detail.setValue(bad.build().toByteString());
        }
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException("these details were created by this class", e);
      }
    }
  }

  private static com.google.rpc.Status proto(Rejection rejection) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code(rejection.reason()).getNumber())
            .setMessage(rejection.message())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(rejection.reason().name())
                        .putAllMetadata(rejection.facts())
                        .build()));
    if (!rejection.violations().isEmpty()) {
      BadRequest.Builder bad = BadRequest.newBuilder();
      rejection
          .violations()
          .forEach(
              violation ->
                  bad.addFieldViolationsBuilder()
                      .setField(violation.field())
                      .setDescription(violation.description()));
      status.addDetails(Any.pack(bad.build()));
    }
    if (rejection.reason() == Rejection.Reason.OVERLOADED) {
      Duration delay = Duration.newBuilder().setNanos(RETRY_MILLIS * 1_000_000).build();
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    }
    return status.build();
  }

  private static Code code(Rejection.Reason reason) {
    return switch (reason) {
      case INVALID_ARGUMENT, EMPTY_OBSERVATION -> Code.INVALID_ARGUMENT;
      case REPOSITORY_NOT_FOUND, RESERVATION_NOT_FOUND, OFFER_NOT_FOUND, KEY_NOT_FOUND ->
          Code.NOT_FOUND;
      case REPOSITORY_ALREADY_EXISTS, SLOT_ALREADY_RESERVED -> Code.ALREADY_EXISTS;
      case INSUFFICIENT_STORAGE -> Code.RESOURCE_EXHAUSTED;
      case SLOT_FILLED,
          RESERVATION_RELEASED,
          RELEASE_EXCEEDS_UNASSIGNED,
          REPOSITORY_NOT_EMPTY,
          OPERATION_ID_REUSED ->
          Code.FAILED_PRECONDITION;
      case GENERATION_MISMATCH, VERSION_MISMATCH -> Code.ABORTED;
      case REVISION_COMPACTED, REVISION_IN_FUTURE -> Code.OUT_OF_RANGE;
      case OVERLOADED, DRAINING, STORE_UNAVAILABLE -> Code.UNAVAILABLE;
      case UNAUTHENTICATED -> Code.UNAUTHENTICATED;
      case PERMISSION_DENIED -> Code.PERMISSION_DENIED;
    };
  }
}
