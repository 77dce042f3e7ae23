package dev.holdfast.client.errors;

import java.util.Map;

/**
 * The slot has, or remembers, a reservation of another generation than the one that was named: the
 * caller's is not the one that stands now.
 */
public final class GenerationMismatchException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public GenerationMismatchException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param currentGeneration the generation of the reservation that the slot has; 0 where it has
   *     none
   * @return the exception, not thrown
   */
  public static GenerationMismatchException of(long currentGeneration) {
    return new GenerationMismatchException(
        Facts.of(
            ErrorReason.GENERATION_MISMATCH,
            Map.of("current_generation", Long.toString(currentGeneration))));
  }

  /**
   * {@return the generation of the reservation that the slot has now; 0 where it has none, -1 where
   * the server did not say}
   */
  public long currentGeneration() {
    return number("current_generation");
  }
}
