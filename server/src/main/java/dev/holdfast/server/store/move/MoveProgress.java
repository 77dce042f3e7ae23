package dev.holdfast.server.store.move;

/** Is told how far a move is, on the thread that moves. */
public interface MoveProgress {
  /** Tells nobody. */
  MoveProgress NONE = (what, done, total) -> {};

  /**
   * Called for each row, and when a part begins.
   *
   * @param part what is being moved, for a person
   * @param done the number of its rows that are done
   * @param total the number of its rows
   */
  void at(String part, long done, long total);
}
