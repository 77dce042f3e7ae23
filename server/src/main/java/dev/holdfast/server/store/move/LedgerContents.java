package dev.holdfast.server.store.move;

/** The contents of a ledger that no server changes meanwhile. */
public interface LedgerContents extends AutoCloseable {
  /**
   * Checks that nothing is damaged, and that the books balance.
   *
   * @throws MoveException if they do not
   */
  void check();

  /**
   * Visits everything, in one snapshot.
   *
   * @param progress is told how much was visited
   */
  void visit(ContentsVisitor visitor, MoveProgress progress);

  /**
   * Marks the ledger as moved, durably: no server starts on it any more.
   *
   * @param location where it is now, for a person; without secrets
   */
  void markMoved(String location);

  /** Returns where the ledger is, for a person; without secrets. */
  String location();

  @Override
  void close();
}
