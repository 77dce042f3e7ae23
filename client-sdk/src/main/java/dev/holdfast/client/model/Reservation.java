package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The record that a number of bytes of a repository belongs to a slot, as it was when it was
 * answered.
 *
 * @param repositoryId the repository that the bytes are of
 * @param slot the slot that they belong to
 * @param amountBytes how many bytes, 1 … 2^63-1; it never changes
 * @param state how far it has come
 * @param generation the revision of the repository that created it, 1 or more. It is never used
 *     twice, so it tells this reservation from any other that the slot had or will have
 * @param leaseExpireTime when its lease ends, by the server's clock; {@code null} where it has
 *     none, and once it is filled
 * @param createTime when it was reserved, by the server's clock
 * @param fillTime when it was filled, by the server's clock; {@code null} until then
 * @param offerId the offer that it was sold under; empty where it was reserved by {@link
 *     dev.holdfast.client.Reservations#reserveSlot}
 */
public record Reservation(
    String repositoryId,
    Slot slot,
    long amountBytes,
    ReservationState state,
    long generation,
    @Nullable Instant leaseExpireTime,
    Instant createTime,
    @Nullable Instant fillTime,
    String offerId) {
  /** Refuses {@code null} where nothing says that it is allowed. */
  public Reservation {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(createTime, "createTime");
    Objects.requireNonNull(offerId, "offerId");
  }
}
