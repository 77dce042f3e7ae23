package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.function.Executable;

/**
 * A refusal of ours. To make one of an error is to check what holds for every error: exactly one
 * ErrorInfo of our domain, the code that belongs to its reason, and the fields of bad arguments.
 *
 * @param facts the numbers of the case
 * @param fields the paths of the fields that are wrong
 */
record Refused(String reason, String message, Map<String, String> facts, List<String> fields) {
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

  /** Makes a call and sees it refused for this reason, with a message for a person. */
  static Refused with(String reason, Executable call) {
    Refused refused = of(assertThrows(StatusRuntimeException.class, call));
    assertEquals(reason, refused.reason(), refused.message());
    assertFalse(refused.message().isBlank());
    return refused;
  }

  static Refused of(StatusRuntimeException e) {
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    assertNotNull(status, e.toString());
    return of(status);
  }

  static Refused of(com.google.rpc.Status status) {
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
    assertEquals(1, infos.size(), status::toString);
    ErrorInfo info = infos.get(0);
    assertEquals("holdfast.dev", info.getDomain());
    assertEquals(CODES.get(info.getReason()), Code.forNumber(status.getCode()), status::toString);
    assertEquals(info.getReason().equals("INVALID_ARGUMENT"), !fields.isEmpty(), status::toString);
    return new Refused(info.getReason(), status.getMessage(), info.getMetadataMap(), fields);
  }

  /** A fact that has to be there. */
  String fact(String name) {
    String value = facts.get(name);
    assertNotNull(value, () -> "no " + name + " in " + facts);
    return value;
  }

  long number(String name) {
    return Long.parseLong(fact(name));
  }
}
