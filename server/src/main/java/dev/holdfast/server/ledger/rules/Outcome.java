package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import java.util.List;

/** What became of a command. */
public sealed interface Outcome permits Outcome.Done, Rejection, Outcome.Broken {

  /** It was done, or had been done before. */
  sealed interface Done extends Outcome {}

  /** A repository as it is after the command. */
  record RepositoryDone(Repository repository) implements Done {}

  /**
   * A reservation as it is after the command.
   *
   * @param reservation the reservation
   * @param released whether it has been released since; only for a fill that was sent again
   * @param availableBytes what is available now
   */
  record ReservationDone(Reservation reservation, boolean released, long availableBytes)
      implements Done {}

  /**
   * A slot is released.
   *
   * @param releasedBytes the amount of its reservation
   * @param availableBytes what is available now
   * @param alreadyReleased whether something else had released it before
   */
  record SlotReleaseDone(long releasedBytes, long availableBytes, boolean alreadyReleased)
      implements Done {}

  /**
   * Several slots are released.
   *
   * @param releasedCount how many
   * @param releasedBytes the sum of their amounts
   * @param availableBytes what is available now
   */
  record SlotsReleaseDone(long releasedCount, long releasedBytes, long availableBytes)
      implements Done {}

  /** The outcomes of an {@link Apply}, one a step. */
  record ApplyDone(List<Outcome> outcomes) implements Done {}

  /** A rule threw: a defect of this program. Nothing was changed. */
  record Broken(RuntimeException cause) implements Outcome {}
}
