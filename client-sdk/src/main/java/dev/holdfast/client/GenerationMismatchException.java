package dev.holdfast.client;

/**
 * The slot has, or remembers, a reservation of another generation than the one that was named: the
 * caller's is not the one that stands now.
 */
public final class GenerationMismatchException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  GenerationMismatchException(Facts facts) {
    super(facts);
  }

  /**
   * {@return the generation of the reservation that the slot has now; 0 where it has none, -1 where
   * the server did not say}
   */
  public long currentGeneration() {
    return number("current_generation");
  }
}
