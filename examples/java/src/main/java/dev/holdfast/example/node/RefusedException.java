package dev.holdfast.example.node;

import java.io.IOException;

/** The buyer or the chain rejected a call; a retry does not help. */
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  RefusedException(String message) {
    super(message);
  }
}
