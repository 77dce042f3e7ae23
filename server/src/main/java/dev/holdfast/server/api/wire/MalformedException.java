package dev.holdfast.server.api.wire;

import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejection.FieldViolation;
import java.util.List;
import java.util.Map;

/** The bytes of a request are not a message that a method takes. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1;

  private final String field;
  private final String description;

  /**
   * A field that is wrong.
   *
   * @param field its path; empty for the request as a whole
   */
  MalformedException(String field, String description) {
    // Thrown for what callers do wrong, so nobody asks where it was thrown.
    super(description, null, false, false);
    this.field = field;
    this.description = description;
  }

  /** The same, seen from the message that this one is a part of. */
  MalformedException within(String parent) {
    return new MalformedException(field.isEmpty() ? parent : parent + "." + field, description);
  }

  Rejection rejection() {
    return new Rejection(
        Rejection.Reason.INVALID_ARGUMENT,
        (field.isEmpty() ? "the request " : field + ": ") + description,
        Map.of("field", field),
        List.of(new FieldViolation(field, description)));
  }
}
