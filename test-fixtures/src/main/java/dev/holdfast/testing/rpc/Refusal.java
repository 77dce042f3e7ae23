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
 * A refusal of Holdfast, read from an error. Reading one checks what holds for every error: exactly
 * one ErrorInfo of the domain {@code holdfast.dev}, the code that belongs to its reason, and the
 * fields of bad arguments.
 *
 * @param reason why, in the contract's words, for example {@code INSUFFICIENT_STORAGE}
 * @param message the same for a person
 * @param facts the metadata of the reason, for example {@code available_bytes}
 * @param fields the paths of the fields that are wrong; empty unless the arguments are
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
          Map.entry("DRAINING", Code.UNAVAILABLE));

  /** A call that is expected to be refused. */
  @FunctionalInterface
  public interface Call {
    /**
     * Makes it.
     *
     * @throws Exception as the call does
     */
    void make() throws Exception;
  }

  /**
   * Makes a call, and checks that it is refused for a reason, with a message for a person.
   *
   * @param reason the only reason that is right
   * @param call makes one call with a bare stub
   * @return the refusal
   * @throws AssertionError if it is answered, fails otherwise, or is refused for another reason
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
   * Reads the refusal of a call.
   *
   * @param e what a bare stub threw
   * @return the refusal
   * @throws AssertionError if it is none of Holdfast, or lacks what every one has
   */
  public static Refusal of(StatusRuntimeException e) {
    Status status = StatusProto.fromThrowable(e);
    if (status == null) {
      throw new AssertionError("no status", e);
    }
    return of(status);
  }

  /**
   * Reads a refusal, for example that of one operation of an Apply.
   *
   * @param status the error with its details
   * @return the refusal
   * @throws AssertionError if it is none of Holdfast, or lacks what every one has
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

  private static void require(boolean right, String wrong, @Nullable Throwable cause) {
    if (!right) {
      throw new AssertionError(wrong, cause);
    }
  }

  /**
   * Returns the ErrorInfo of an error, without a check of anything.
   *
   * @param status the error with its details
   * @return the first one; the default instance, whose reason is empty, where there is none
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
   * Returns the reason of an error, without a check of anything.
   *
   * @param error what a call failed with
   * @return its reason; empty where it has none
   */
  public static String reasonOf(Throwable error) {
    Status status = StatusProto.fromThrowable(error);
    return status == null ? "" : errorInfo(status).getReason();
  }

  /**
   * Returns a fact that has to be there.
   *
   * @param name its name in the metadata
   * @return its value
   * @throws AssertionError if it is not there
   */
  public String fact(String name) {
    String value = facts.get(name);
    if (value == null) {
      throw new AssertionError("no " + name + " in " + facts);
    }
    return value;
  }

  /**
   * Returns a fact that has to be there, and to be a number.
   *
   * @param name its name in the metadata
   * @return its value
   * @throws AssertionError if it is not there
   * @throws NumberFormatException if it is no number
   */
  public long number(String name) {
    return Long.parseLong(fact(name));
  }
}
