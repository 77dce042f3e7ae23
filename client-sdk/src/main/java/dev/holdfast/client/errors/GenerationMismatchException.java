package dev.holdfast.client.errors;

import java.util.Map;

/**
 * The slot has a reservation or a history, but none of the generation in the request: the caller's
 * reservation is not the current one.
 */
public final class GenerationMismatchException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public GenerationMismatchException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param currentGeneration the generation of the current reservation of the slot; 0 if it has
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
   * {@return the generation of the current reservation of the slot; 0 if it has none, -1 if the
   * server did not send it}
   */
  public long currentGeneration() {
    return number("current_generation");
  }
}
