package dev.holdfast.client;

/** There is no repository of this id. */
public final class RepositoryNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RepositoryNotFoundException(Facts facts) {
    super(facts);
  }
}
