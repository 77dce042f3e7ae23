package dev.holdfast.server.api.wire;

import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejection.FieldViolation;
import java.util.List;
import java.util.Map;

/** Reports that the bytes of a request are not a valid message of its method. */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1;

  private final String field;
  private final String description;

  /**
   * Reports an invalid field.
   *
   * @param field path of the field; empty for the whole request
   */
  MalformedException(String field, String description) {
    // No stack trace: the exception reports an error of the client.
    super(description, null, false, false);
    this.field = field;
    this.description = description;
  }

  /** Returns this exception with a path that starts at the parent message. */
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
