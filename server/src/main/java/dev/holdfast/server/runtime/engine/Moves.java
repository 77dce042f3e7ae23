package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.store.move.MoveException;
import java.io.IOException;

/** Opens the two ends of a move. */
final class Moves {
  private Moves() {}

  /** Opens an end of a move. */
  interface Opening<T> {
    T open() throws IOException;
  }

  /**
   * Opens an end of a move.
   *
   * @throws StartException if it cannot be opened
   */
  static <T> T open(StoreLocation location, Opening<T> opening) {
    try {
      return opening.open();
    } catch (MoveException e) {
      throw StartException.of(e, true);
    } catch (IOException | RuntimeException e) {
      throw location.failure(e);
    }
  }
}
