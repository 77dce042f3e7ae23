package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record that a slot owns an amount of bytes of a repository, as of the answer.
 *
 * @param repositoryId the repository of the bytes
 * @param slot the slot that owns them
 * @param amountBytes the number of bytes, 1 … 2^63-1; it never changes
 * @param state its state
 * @param generation the revision of the repository that created it, 1 or more. It is never used
 *     twice, so it distinguishes this reservation from every other one of the slot
 * @param leaseExpireTime the end of its lease, by the server's clock; {@code null} if it has none,
 *     and once it is filled
 * @param createTime the time when it was reserved, by the server's clock
 * @param fillTime the time when it was filled, by the server's clock; {@code null} before
 * @param offerId the offer under which it was sold; empty if it was reserved by {@link
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
  /** Rejects {@code null} except where {@code @Nullable} allows it. */
  public Reservation {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(slot, "slot");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(createTime, "createTime");
    Objects.requireNonNull(offerId, "offerId");
  }
}
