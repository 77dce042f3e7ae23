package dev.holdfast.client;

/** A repository of this id exists already. */
public final class RepositoryAlreadyExistsException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  RepositoryAlreadyExistsException(Facts facts) {
    super(facts);
  }

  /** {@return the capacity that it has in bytes, or -1 where the server did not say} */
  public long capacityBytes() {
    return number("capacity_bytes");
  }
}
