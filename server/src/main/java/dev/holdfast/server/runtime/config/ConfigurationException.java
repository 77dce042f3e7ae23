package dev.holdfast.server.runtime.config;

/** Reports a malformed configuration; the message says where it is and what to write instead. */
final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1;

  ConfigurationException(String message) {
    super(message);
  }
}
