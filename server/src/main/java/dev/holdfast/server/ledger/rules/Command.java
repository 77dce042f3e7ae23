package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Touched;

/** Something that is to be done to one repository, its words checked and normalised. */
public interface Command {
  /** The repository that it is about. */
  String repositoryId();

  /** Asks for all that {@link #decide} looks at. */
  void touch(Touched touched);

  /**
   * The rule: decides what the answer is and what changes. A pure function of its arguments.
   *
   * @param books the repository as all earlier commands left it
   * @param nowMicros the time, in microseconds since the epoch
   */
  Decision decide(Books books, long nowMicros);

  /**
   * How many changes it asks for, at the most, or how many take as much room: its share of a queue
   * that is bounded.
   */
  default int size() {
    return 1;
  }
}
