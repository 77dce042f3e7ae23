package dev.holdfast.testing.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds a rejection by Holdfast, parsed from an error. Parsing verifies the rules for every error:
 * exactly one ErrorInfo of the domain {@code holdfast.dev}, the status code of its reason, and
 * field paths for invalid arguments only.
 *
 * @param reason the error reason, as the contract defines it, for example {@code
 *     INSUFFICIENT_STORAGE}
 * @param message the human-readable message
 * @param facts the metadata of the reason, for example {@code available_bytes}
 * @param fields the paths of the invalid fields; empty unless the reason is {@code
 *     INVALID_ARGUMENT}
 */
public record Refusal(
    String reason, String message, Map<String, String> facts, List<String> fields) {
  private static final String DOMAIN = "holdfast.dev";

  private static final Map<String, Code> CODES =
      Map.ofEntries(
          Map.entry("INVALID_ARGUMENT", Code.INVALID_ARGUMENT),
          Map.entry("REPOSITORY_NOT_FOUND", Code.NOT_FOUND),
          Map.entry("RESERVATION_NOT_FOUND", Code.NOT_FOUND),
          Map.entry("OFFER_NOT_FOUND", Code.NOT_FOUND),
          Map.entry("REPOSITORY_ALREADY_EXISTS", Code.ALREADY_EXISTS),
          Map.entry("SLOT_ALREADY_RESERVED", Code.ALREADY_EXISTS),
          Map.entry("INSUFFICIENT_STORAGE", Code.RESOURCE_EXHAUSTED),
          Map.entry("SLOT_FILLED", Code.FAILED_PRECONDITION),
          Map.entry("RESERVATION_RELEASED", Code.FAILED_PRECONDITION),
          Map.entry("RELEASE_EXCEEDS_UNASSIGNED", Code.FAILED_PRECONDITION),
          Map.entry("REPOSITORY_NOT_EMPTY", Code.FAILED_PRECONDITION),
          Map.entry("OPERATION_ID_REUSED", Code.FAILED_PRECONDITION),
          Map.entry("GENERATION_MISMATCH", Code.ABORTED),
          Map.entry("EMPTY_OBSERVATION", Code.INVALID_ARGUMENT),
          Map.entry("REVISION_COMPACTED", Code.OUT_OF_RANGE),
          Map.entry("REVISION_IN_FUTURE", Code.OUT_OF_RANGE),
          Map.entry("KEY_NOT_FOUND", Code.NOT_FOUND),
          Map.entry("VERSION_MISMATCH", Code.ABORTED),
          Map.entry("OVERLOADED", Code.UNAVAILABLE),
          Map.entry("STORE_UNAVAILABLE", Code.UNAVAILABLE),
          Map.entry("DRAINING", Code.UNAVAILABLE),
          Map.entry("UNAUTHENTICATED", Code.UNAUTHENTICATED),
          Map.entry("PERMISSION_DENIED", Code.PERMISSION_DENIED));

  /** Makes a call that the server is expected to reject. */
  @FunctionalInterface
  public interface Call {
    /**
     * Makes the call.
     *
     * @throws Exception if the call fails
     */
    void make() throws Exception;
  }

  /**
   * Makes a call, and verifies that the server rejects it with the given reason and a non-blank
   * message.
   *
   * @param reason the expected reason
   * @param call makes one call with a plain stub
   * @return the rejection
   * @throws AssertionError if the call succeeds, fails otherwise, or is rejected with another
   *     reason
   */
  public static Refusal expect(String reason, Call call) {
    try {
      call.make();
    } catch (StatusRuntimeException e) {
      Refusal refusal = of(e);
      require(refusal.reason().equals(reason), "not " + reason + " but " + refusal, e);
      require(!refusal.message().isBlank(), "without a message: " + refusal, e);
      return refusal;
    } catch (Exception e) {
      throw new AssertionError("not refused with " + reason, e);
    }
    throw new AssertionError("not refused with " + reason + " but answered");
  }

  /**
   * Parses the rejection of a call.
   *
   * @param e the exception of a plain stub
   * @return the rejection
   * @throws AssertionError if the error breaks a rule for Holdfast's errors
   */
  public static Refusal of(StatusRuntimeException e) {
    Status status = StatusProto.fromThrowable(e);
    if (status == null) {
      throw new AssertionError("no status", e);
    }
    return of(status);
  }

  /**
   * Parses a rejection, for example of one operation of an Apply.
   *
   * @param status the error with its details
   * @return the rejection
   * @throws AssertionError if the error breaks a rule for Holdfast's errors
   */
  public static Refusal of(Status status) {
    List<ErrorInfo> infos = new ArrayList<>();
    List<String> fields = new ArrayList<>();
    for (Any detail : status.getDetailsList()) {
      try {
        if (detail.is(ErrorInfo.class)) {
          infos.add(detail.unpack(ErrorInfo.class));
        } else if (detail.is(BadRequest.class)) {
          BadRequest bad = detail.unpack(BadRequest.class);
          bad.getFieldViolationsList().forEach(violation -> fields.add(violation.getField()));
        }
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(status.toString(), e);
      }
    }
    require(infos.size() == 1, infos.size() + " ErrorInfos: " + status, null);
    ErrorInfo info = infos.get(0);
    require(info.getDomain().equals(DOMAIN), "not of " + DOMAIN + ": " + status, null);
    Code code = CODES.get(info.getReason());
    require(
        code != null && code == Code.forNumber(status.getCode()),
        "not " + code + ": " + status,
        null);
    require(
        info.getReason().equals("INVALID_ARGUMENT") == !fields.isEmpty(),
        "fields are named where arguments are wrong, and nowhere else: " + status,
        null);
    return new Refusal(
        info.getReason(), status.getMessage(), info.getMetadataMap(), List.copyOf(fields));
  }

  private static void require(boolean condition, String message, @Nullable Throwable cause) {
    if (!condition) {
      throw new AssertionError(message, cause);
    }
  }

  /**
   * Returns the ErrorInfo of an error without verifying the error.
   *
   * @param status the error with its details
   * @return the first ErrorInfo; without one, the default instance, whose reason is empty
   * @throws IllegalArgumentException if a detail cannot be parsed
   */
  public static ErrorInfo errorInfo(Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class);
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalArgumentException(status.toString(), e);
        }
      }
    }
    return ErrorInfo.getDefaultInstance();
  }

  /**
   * Returns the reason of an error without verifying the error.
   *
   * @param error the error of a call
   * @return its reason, or an empty string without one
   */
  public static String reasonOf(Throwable error) {
    Status status = StatusProto.fromThrowable(error);
    return status == null ? "" : errorInfo(status).getReason();
  }

  /**
   * Returns a metadata value that must be present.
   *
   * @param name the metadata key
   * @return the value
   * @throws AssertionError if the key is missing
   */
  public String fact(String name) {
    String value = facts.get(name);
    if (value == null) {
      throw new AssertionError("no " + name + " in " + facts);
    }
    return value;
  }

  /**
   * Returns a metadata value that must be present and a number.
   *
   * @param name the metadata key
   * @return the value
   * @throws AssertionError if the key is missing
   * @throws NumberFormatException if the value is not a number
   */
  public long number(String name) {
    return Long.parseLong(fact(name));
  }
}
