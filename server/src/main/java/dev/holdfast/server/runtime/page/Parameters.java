package dev.holdfast.server.runtime.page;

import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.runtime.admin.AdminRequest;

/** Reads the parameters of a request. */
final class Parameters {
  private final AdminRequest request;

  Parameters(AdminRequest request) {
    this.request = request;
  }

  /** Returns a parameter without surrounding blanks; empty if it is missing. */
  String text(String name) {
    String value = request.parameter(name);
    return value == null ? "" : value.strip();
  }

  /**
   * Returns the id of a storage request in the spelling that is stored; empty if it is missing.
   *
   * @throws BadInputException if it is malformed
   */
  String requestId(String name) {
    return text(name).isEmpty() ? "" : validRequestId(name, text(name));
  }

  private static String validRequestId(String name, String text) {
    RequestValidator validator = new RequestValidator();
    String id = validator.requestId(name, text);
    try {
      validator.throwIfInvalid();
    } catch (RejectedException e) {
      throw new BadInputException(
          name + " is no id of a request: use 1 to 128 characters of printable ASCII, no blanks");
    }
    return id;
  }

  /**
   * Returns a number of 64 bits, unsigned.
   *
   * @param missing the value if it is missing
   * @throws BadInputException if it is malformed
   */
  long unsigned(String name, long missing) {
    try {
      return text(name).isEmpty() ? missing : Long.parseUnsignedLong(text(name));
    } catch (NumberFormatException e) {
      throw new BadInputException(name + " is '" + text(name) + "': use a whole number below 2^64");
    }
  }

  /**
   * Returns a revision.
   *
   * @param missing the value if it is missing
   * @throws BadInputException if it is malformed
   */
  long revision(String name, long missing) {
    long revision = unsigned(name, missing);
    if (revision < 0) {
      throw new BadInputException(name + " is '" + text(name) + "': use a revision, below 2^63");
    }
    return revision;
  }

  /**
   * Returns a slot that {@link #slotText} spelled.
   *
   * @throws BadInputException if it is malformed
   */
  Slot slot(String name) {
    String text = text(name);
    int slash = text.lastIndexOf('/');
    if (slash > 0) {
      try {
        return new Slot(
            validRequestId(name, text.substring(0, slash)),
            Long.parseUnsignedLong(text.substring(slash + 1)));
      } catch (NumberFormatException e) {
        throw notASlot(name);
      }
    }
    throw notASlot(name);
  }

  private static BadInputException notASlot(String name) {
    return new BadInputException(name + " is no slot: use REQUEST/INDEX");
  }

  /** Returns a slot as {@code REQUEST/INDEX}. */
  static String slotText(Slot slot) {
    return slot.requestId() + "/" + Long.toUnsignedString(slot.slotIndex());
  }
}
