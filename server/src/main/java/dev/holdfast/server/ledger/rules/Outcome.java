package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.slots.Apply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outcome of a command. */
public sealed interface Outcome
    permits Outcome.Done, Rejection, Outcome.DrawnReserved, Outcome.Broken {

  /** The command succeeded, now or when it was sent before. */
  sealed interface Done extends Outcome {}

  /** The repository after the command. */
  record RepositoryDone(Repository repository) implements Done {}

  /**
   * The reservation after the command.
   *
   * @param reservation the reservation
   * @param released whether it was released since; only for a retried fill
   * @param availableBytes the available bytes now
   */
  record ReservationDone(Reservation reservation, boolean released, long availableBytes)
      implements Done {}

  /**
   * A slot was released.
   *
   * @param releasedBytes the amount of its reservation
   * @param availableBytes the available bytes now
   * @param alreadyReleased whether another command released it before
   */
  record SlotReleaseDone(long releasedBytes, long availableBytes, boolean alreadyReleased)
      implements Done {}

  /**
   * Several slots were released.
   *
   * @param releasedCount the number of slots
   * @param releasedBytes the sum of their amounts
   * @param availableBytes the available bytes now
   * @param more whether further slots exceed one transaction and are left
   */
  record SlotsReleaseDone(long releasedCount, long releasedBytes, long availableBytes, boolean more)
      implements Done {}

  /** The offer after the command, or before its deletion. */
  record OfferDone(Offer offer) implements Done {}

  /**
   * The reasons why a slot was not sold. The thread that answers the call builds them, because
   * there may be 10,000 offers.
   */
  interface Unsold {
    /** Returns the number of offers. */
    int offerCount();

    /**
     * Returns the first reason of each declining offer, by id, and then the reasons without an
     * offer.
     */
    List<Decline> declines();
  }

  /**
   * The result of a sale.
   *
   * @param reservation the sold slot, or the slot that a validation would sell; null for none
   * @param unsold the reasons why nothing was sold; null after a sale
   * @param availableBytes the available bytes now, or after the validated sale
   */
  record SaleDone(@Nullable Reservation reservation, @Nullable Unsold unsold, long availableBytes)
      implements Done {
    /** Returns the reasons why nothing was sold; empty after a sale. */
    public List<Decline> declines() {
      return unsold == null ? List.of() : unsold.declines();
    }

    /** Returns the approximate maximum number of reasons. */
    public int declineCount() {
      return unsold == null ? 0 : unsold.offerCount();
    }
  }

  /**
   * A number of slots, and the first of them.
   *
   * @param count the number of slots
   * @param first the first thousand slots
   */
  record CountedSlots(long count, List<Slot> first) {}

  /**
   * The reservations agree with an observation.
   *
   * @param released the released slots, by request id and slot index; the other lists are in the
   *     order observed
   * @param filled the filled slots, which were reserved before
   * @param adopted the reserved and filled slots, which had no reservation before
   * @param missing the observed slots that could not be adopted
   * @param unchangedCount the number of unchanged slots
   * @param releasedBytes the released bytes
   * @param repository the repository after the command
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

  /** A key of the datastore got a new value with this version. */
  record PutDone(long version) implements Done {}

  /** A key of the datastore was deleted. */
  record DeleteDone() implements Done {}

  /** The outcomes of an {@link Apply}, one per step. */
  record ApplyDone(List<Outcome> outcomes) implements Done {}

  /**
   * All drawn slots of a sale are reserved, which does not prove that no slot is free: draw again
   * and repeat the sale. Nothing was changed.
   */
  record DrawnReserved() implements Outcome {}

  /** A rule threw: a defect of this program. Nothing was changed. */
  record Broken(RuntimeException cause) implements Outcome {}
}
