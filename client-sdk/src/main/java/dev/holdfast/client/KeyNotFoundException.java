package dev.holdfast.client;

/** The datastore of the repository holds no such key. */
public final class KeyNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  KeyNotFoundException(Facts facts) {
    super(facts);
  }
}
