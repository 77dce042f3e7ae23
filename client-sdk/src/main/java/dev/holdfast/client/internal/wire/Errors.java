package dev.holdfast.client.internal.wire;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.GenerationMismatchException;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.HoldfastException.Facts;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.KeyNotFoundException;
import dev.holdfast.client.errors.OfferNotFoundException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RepositoryAlreadyExistsException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.errors.SlotAlreadyReservedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.errors.VersionMismatchException;
import dev.holdfast.client.requests.Operation;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts errors of calls to exceptions. */
public final class Errors {
  private static final String DOMAIN = "holdfast.dev";
  private static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private Errors() {}

  /**
   * Returns the exception for a call that failed.
   *
   * @param attempts the results of its attempts; {@code null} for a read
   */
  public static HoldfastException of(
      StatusRuntimeException e, Call<?, ?, ?> call, @Nullable AttemptTracer attempts) {
    Failure failure =
        new Failure(
            e.getStatus(), errorInfo(e.getTrailers()), call.method().getBareMethodName(), e);
    String recovery = call.recovery();
    if (recovery == null || attempts == null) {
      return failure.nothingChanged();
    }
    boolean nothingChanged =
        attempts.neverSent()
            || (failure.info != null
                && changedNothing(failure.info)
                && (attempts.allRefused() || judgesEarlierAttempts(call, failure.reason())));
    return nothingChanged
        ? failure.nothingChanged()
        : failure.outcomeUnknown(recovery, call.operationId());
  }

  /** Returns the exception for one operation of an answered Apply. */
  public static HoldfastException of(com.google.rpc.Status status, Operation operation) {
    Failure failure =
        new Failure(
            Status.fromCodeValue(status.getCode()).withDescription(status.getMessage()),
            errorInfo(status.getDetailsList()),
            operation.getClass().getSimpleName(),
            null);
    if (failure.info != null && changedNothing(failure.info)) {
      return failure.nothingChanged();
    }
    String operationId = ProtoMapper.operationId(operation);
    return failure.outcomeUnknown(
        operationId == null ? Call.REPEAT : Call.recoveryById(operationId), operationId);
  }

  /**
   * Returns whether these trailers carry a reason of Holdfast that means that nothing was changed.
   */
  public static boolean sayNothingChanged(Metadata trailers) {
    ErrorInfo info = errorInfo(trailers);
    return info != null && changedNothing(info);
  }

  private static boolean changedNothing(ErrorInfo info) {
    return ErrorReason.ofName(info.getReason()) != ErrorReason.STORE_UNAVAILABLE
        || "not_applied".equals(info.getMetadataMap().get("outcome"));
  }

  /**
   * A batch that was made changes the state that its own steps see in a retry, so the reason of a
   * rejected retry says nothing about the first attempt.
   */
  private static boolean judgesEarlierAttempts(Call<?, ?, ?> call, ErrorReason reason) {
    boolean batch = call.method() == ReservationsServiceGrpc.getApplyMethod();
    return batch ? reason == ErrorReason.INVALID_ARGUMENT : judgesTheOperation(reason);
  }

  /**
   * Returns whether a reason that ended a retry also holds for earlier attempts: the ledger
   * compares the operation id before it rejects, and an argument is invalid in each attempt. Offers
   * and keys have no operation ids, so an earlier attempt may be the cause of their rejection. All
   * other reasons reject an attempt without a check of earlier ones, and so may future reasons.
   */
  public static boolean judgesTheOperation(ErrorReason reason) {
    return switch (reason) {
      case OFFER_NOT_FOUND, KEY_NOT_FOUND, VERSION_MISMATCH -> false;
      case OVERLOADED, DRAINING, STORE_UNAVAILABLE, UNAUTHENTICATED, PERMISSION_DENIED -> false;
      case UNRECOGNIZED, NONE -> false;
      default -> true;
    };
  }

  private static @Nullable ErrorInfo errorInfo(@Nullable Metadata trailers) {
    if (trailers == null) {
      return null;
    }
    try {
      com.google.rpc.Status status = trailers.get(DETAILS);
      return status == null ? null : errorInfo(status.getDetailsList());
    } catch (IllegalArgumentException e) {
      // Details other than a google.rpc.Status are not from Holdfast, and have no reason.
      return null;
    }
  }

  private static @Nullable ErrorInfo errorInfo(List<Any> details) {
    for (Any detail : details) {
      ErrorInfo info = errorInfo(detail);
      if (info != null && info.getDomain().equals(DOMAIN) && !info.getReason().isEmpty()) {
        return info;
      }
    }
    return null;
  }

  private static @Nullable ErrorInfo errorInfo(Any detail) {
    try {
      return detail.is(ErrorInfo.class) ? detail.unpack(ErrorInfo.class) : null;
    } catch (InvalidProtocolBufferException e) {
      // Unreadable details have no reason either.
      return null;
    }
  }

  private record Failure(
      Status status, @Nullable ErrorInfo info, String what, @Nullable Throwable cause) {

    ErrorReason reason() {
      return info == null ? ErrorReason.NONE : ErrorReason.ofName(info.getReason());
    }

    HoldfastException nothingChanged() {
      Facts facts = facts("");
      return switch (reason()) {
        case INSUFFICIENT_STORAGE -> new InsufficientStorageException(facts);
        case SLOT_ALREADY_RESERVED -> new SlotAlreadyReservedException(facts);
        case RESERVATION_RELEASED -> new ReservationReleasedException(facts);
        case RESERVATION_NOT_FOUND -> new ReservationNotFoundException(facts);
        case REPOSITORY_NOT_FOUND -> new RepositoryNotFoundException(facts);
        case REPOSITORY_ALREADY_EXISTS -> new RepositoryAlreadyExistsException(facts);
        case GENERATION_MISMATCH -> new GenerationMismatchException(facts);
        case OFFER_NOT_FOUND -> new OfferNotFoundException(facts);
        case KEY_NOT_FOUND -> new KeyNotFoundException(facts);
        case VERSION_MISMATCH -> new VersionMismatchException(facts);
        case REVISION_COMPACTED -> new RevisionCompactedException(facts);
        case REVISION_IN_FUTURE -> new RevisionInFutureException(facts);
        case OVERLOADED, DRAINING, STORE_UNAVAILABLE -> new UnavailableException(facts);
        case NONE ->
            switch (status.getCode()) {
              case UNAVAILABLE, DEADLINE_EXCEEDED -> new UnavailableException(facts);
              default -> new HoldfastException(facts);
            };
        default -> new HoldfastException(facts);
      };
    }

    HoldfastException outcomeUnknown(String recovery, @Nullable String operationId) {
      return new OutcomeUnknownException(
          facts("; whether the change was made is not known. " + recovery), operationId);
    }

    private Facts facts(String consequence) {
      Map<String, String> metadata = info == null ? Map.of() : info.getMetadataMap();
      String description = status.getDescription();
      if (description == null || description.isEmpty()) {
        // The answer to a large Apply leaves the messages out.
        description = metadata.isEmpty() ? "no message" : metadata.toString();
      }
      String reasonName = info == null ? "" : info.getReason();
      String kind = info == null ? status.getCode().name() : reasonName;
      return new Facts(
          reasonName,
          metadata,
          "%s: %s: %s%s".formatted(what, kind, description, consequence),
          cause);
    }
  }
}
