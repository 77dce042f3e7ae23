package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.rules.slots.Apply;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command was refused and changed nothing.
 *
 * @param reason why, in a word
 * @param message why, for a person
 * @param facts the numbers of the case
 * @param violations the fields that are wrong, where fields are
 */
public record Rejection(
    Reason reason, String message, Map<String, String> facts, List<FieldViolation> violations)
    implements Outcome {

  /** The fact that says which step of an atomic {@link Apply} was refused. */
  public static final String OPERATION_INDEX = "operation_index";

  /** The reasons that the ledger knows, named as in the contract. */
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
    STORE_UNAVAILABLE
  }

  /**
   * A field that is wrong.
   *
   * @param field its path
   * @param description what is wrong with it
   */
  public record FieldViolation(String field, String description) {}

  /** A rejection for another reason than bad arguments. */
  public static Rejection of(Reason reason, String message, Map<String, String> facts) {
    return new Rejection(reason, message, facts, List.of());
  }

  /** The same, with another fact. */
  public Rejection withFact(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(facts);
    more.put(name, value);
    return new Rejection(reason, message, more, violations);
  }
}
