package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.Map;

/** Something that is to be done to one repository, its words checked and normalised. */
public interface Command {
  /** What a command takes that has a slot and an operation id. */
  int FEW_BYTES = 512;

  /** The repository that it is about. */
  String repositoryId();

  /** Asks for all that {@link #decide} looks at. */
  void declareReads(ReadSet reads);

  /**
   * The rule: decides what the answer is and what changes. A pure function of its arguments.
   *
   * @param books the repository as all earlier commands left it
   * @param nowMicros the time, in microseconds since the epoch
   */
  Decision decide(Books books, long nowMicros);

  /** How many changes it asks for, at the most, beside those of {@link #requests}. */
  default int size() {
    return 1;
  }

  /** About how many bytes it takes while it waits, at the most. */
  default long bytes() {
    return FEW_BYTES;
  }

  /**
   * The requests whose reservations it looks at, with how many of them at the most; how many there
   * are, the engine can tell.
   */
  default Map<String, Integer> requests() {
    return Map.of();
  }
}
