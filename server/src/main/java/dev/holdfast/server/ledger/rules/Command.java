package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.Map;

/** A validated and normalised change to one repository. */
public interface Command {
  /** Bytes of a command with a slot and an operation id. */
  int BASE_BYTES = 512;

  /** Returns the id of the repository. */
  String repositoryId();

  /** Adds everything that {@link #decide} reads. */
  void declareReads(ReadSet reads);

  /**
   * Decides the outcome and the changes. A pure function of its arguments.
   *
   * @param books the repository after all earlier commands
   * @param nowMicros the time, in microseconds since the epoch
   */
  Decision decide(Books books, long nowMicros);

  /** Returns the maximum number of changes, without those of {@link #requests}. */
  default int size() {
    return 1;
  }

  /** Returns the approximate maximum memory size in bytes. */
  default long bytes() {
    return BASE_BYTES;
  }

  /** Returns the highest generation that the caller named; 0 for none. */
  default long namedGeneration() {
    return 0;
  }

  /**
   * Returns the requests whose reservations the command reads, with the maximum number of them; the
   * engine knows the actual number.
   */
  default Map<String, Integer> requests() {
    return Map.of();
  }
}
