package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.view.Books;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Common parts of several rules. */
public final class Rules {
  private Rules() {}

  /** Applies a rule if the repository exists, and rejects the command otherwise. */
  public static Decision inRepository(
      Books books, String repositoryId, Function<Repository, Decision> rule) {
    Repository repository = books.repository();
    if (repository == null || repository.deleted()) {
      return Decision.of(Rejections.repositoryNotFound(repositoryId));
    }
    return rule.apply(repository);
  }

  /**
   * The reservation that a generation refers to; exactly one component is not null.
   *
   * @param current the slot's current reservation
   * @param released the released reservation
   * @param rejection the rejection if there is none
   */
  public record Target(
      @Nullable Reservation current, @Nullable Released released, @Nullable Rejection rejection) {

    /** Returns the current reservation. Must only be called if the other components are null. */
    public Reservation reservation() {
      return Objects.requireNonNull(current);
    }
  }

  /**
   * Returns the reservation that a generation refers to, by the contract's table of generations.
   */
  public static Target target(String repositoryId, Slot slot, Books books, long generation) {
    SlotHistory history = books.slot(slot);
    Reservation current = history.current();
    if (current != null && (generation == 0 || generation == current.generation())) {
      return new Target(current, null, null);
    }
    Released released =
        generation == 0 ? history.latestReleased() : books.released(slot, generation);
    if (released != null) {
      return new Target(null, released, null);
    }
    if (current == null && history.latestReleased() == null) {
      return new Target(null, null, Rejections.reservationNotFound(repositoryId, slot, generation));
    }
    return new Target(
        null,
        null,
        Rejections.generationMismatch(
            repositoryId, slot, generation, current == null ? 0 : current.generation()));
  }
}
