package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.slots.Apply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a command. */
public sealed interface Outcome
    permits Outcome.Done, Rejection, Outcome.DrawnReserved, Outcome.Broken {

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
   * @param more whether some are left that one transaction did not have the room for
   */
  record SlotsReleaseDone(long releasedCount, long releasedBytes, long availableBytes, boolean more)
      implements Done {}

  /** An offer as it is after the command, or was before it was deleted. */
  record OfferDone(Offer offer) implements Done {}

  /** Why a slot was not sold. Told in words by whoever answers, as there may be 10,000 offers. */
  interface Unsold {
    /** How many offers there are. */
    int offerCount();

    /** The first reason of each offer that has one, by id, and then those that are of none. */
    List<Decline> declines();
  }

  /**
   * What became of a sale.
   *
   * @param reservation what was sold, or would be where it was only asked for; null for nothing
   * @param unsold why nothing was sold; null where something was
   * @param availableBytes what is available now, or would be
   */
  record SaleDone(@Nullable Reservation reservation, @Nullable Unsold unsold, long availableBytes)
      implements Done {
    /** Why nothing was sold, offer by offer; empty where something was. */
    public List<Decline> declines() {
      return unsold == null ? List.of() : unsold.declines();
    }

    /** About how many reasons these are, at the most. */
    public int declineCount() {
      return unsold == null ? 0 : unsold.offerCount();
    }
  }

  /**
   * Some slots.
   *
   * @param count how many
   * @param first the first thousand of them
   */
  record CountedSlots(long count, List<Slot> first) {}

  /**
   * Reservations agree with an observation.
   *
   * @param released by request id and slot index; the others in the order observed
   * @param filled what was reserved before
   * @param adopted what had no reservation before
   * @param missing what was observed, and could not be adopted
   * @param unchangedCount how many slots were left as they were
   * @param releasedBytes the sum of the amounts released
   * @param repository the repository after it
   */
  record ReconcileDone(
      CountedSlots released,
      CountedSlots filled,
      CountedSlots adopted,
      CountedSlots missing,
      long unchangedCount,
      long releasedBytes,
      Repository repository)
      implements Done {}

  /** A key of the datastore has a new value, with this version. */
  record PutDone(long version) implements Done {}

  /** A key of the datastore is gone. */
  record DeleteDone() implements Done {}

  /** The outcomes of an {@link Apply}, one a step. */
  record ApplyDone(List<Outcome> outcomes) implements Done {}

  /**
   * All slots that were drawn for a sale are reserved, which says nothing of the others: it is to
   * be decided again with others drawn. Nothing was changed.
   */
  record DrawnReserved() implements Outcome {}

  /** A rule threw: a defect of this program. Nothing was changed. */
  record Broken(RuntimeException cause) implements Outcome {}
}
