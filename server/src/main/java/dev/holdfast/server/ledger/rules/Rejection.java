package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.rules.slots.Apply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command was rejected and changed nothing.
 *
 * @param reason the reason
 * @param message the reason, for a person
 * @param facts the values of the case, by metadata key
 * @param violations the invalid fields, for INVALID_ARGUMENT
 */
public record Rejection(
    Reason reason, String message, Map<String, String> facts, List<FieldViolation> violations)
    implements Outcome {

  /** The fact with the index of the rejected step of an atomic {@link Apply}. */
  public static final String OPERATION_INDEX = "operation_index";

  /** The reasons, named as in the contract. */
  public enum Reason {
    INVALID_ARGUMENT,
    EMPTY_OBSERVATION,
    REPOSITORY_NOT_FOUND,
    RESERVATION_NOT_FOUND,
    OFFER_NOT_FOUND,
    KEY_NOT_FOUND,
    REPOSITORY_ALREADY_EXISTS,
    SLOT_ALREADY_RESERVED,
    INSUFFICIENT_STORAGE,
    SLOT_FILLED,
    RESERVATION_RELEASED,
    RELEASE_EXCEEDS_UNASSIGNED,
    REPOSITORY_NOT_EMPTY,
    OPERATION_ID_REUSED,
    GENERATION_MISMATCH,
    VERSION_MISMATCH,
    REVISION_COMPACTED,
    REVISION_IN_FUTURE,
    OVERLOADED,
    DRAINING,
    STORE_UNAVAILABLE,
    UNAUTHENTICATED,
    PERMISSION_DENIED
  }

  /**
   * An invalid field.
   *
   * @param field the path of the field
   * @param description why it is invalid
   */
  public record FieldViolation(String field, String description) {}

  /** Returns a rejection without invalid fields. */
  public static Rejection of(Reason reason, String message, Map<String, String> facts) {
    return new Rejection(reason, message, facts, List.of());
  }

  /** Returns the rejection with another fact. */
  public Rejection withFact(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(facts);
    more.put(name, value);
    return new Rejection(reason, message, more, violations);
  }
}
