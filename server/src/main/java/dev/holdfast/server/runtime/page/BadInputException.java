package dev.holdfast.server.runtime.page;

/** A parameter of an address is malformed; the message says what to write instead. */
final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadInputException(String message) {
    super(message);
  }
}
