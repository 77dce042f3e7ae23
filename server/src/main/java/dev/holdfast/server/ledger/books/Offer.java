package dev.holdfast.server.ledger.books;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * An offer to sell space.
 *
 * @param id the id
 * @param terms the terms
 * @param soldBytes the sum of the current reservations that were sold under it, or under an earlier
 *     offer with its id
 */
public record Offer(String id, Terms terms, long soldBytes) {
  /**
   * The terms of an offer. A value equal to a limit is allowed.
   *
   * @param totalBytes the maximum of the sold bytes; 0 for no limit
   * @param minSlotBytes the minimum size of a slot
   * @param maxSlotBytes the maximum size of a slot; 0 for no limit
   * @param maxDurationMicros the maximum duration in microseconds; 0 for no limit
   * @param minPrice the minimum price per byte and second
   * @param maxCollateral the maximum collateral per byte; null for no limit
   * @param untilMicros the latest end of a request, in microseconds since the epoch; null for no
   *     limit
   * @param enabled whether the offer sells
   */
  public record Terms(
      long totalBytes,
      long minSlotBytes,
      long maxSlotBytes,
      long maxDurationMicros,
      BigInteger minPrice,
      @Nullable BigInteger maxCollateral,
      @Nullable Long untilMicros,
      boolean enabled) {}
}
