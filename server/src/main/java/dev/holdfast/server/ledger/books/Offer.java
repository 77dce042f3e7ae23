package dev.holdfast.server.ledger.books;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * An offer to sell space.
 *
 * @param id its name
 * @param terms on what terms
 * @param soldBytes the sum of the living reservations that were sold under it, also under an
 *     earlier offer of this id
 */
public record Offer(String id, Terms terms, long soldBytes) {
  /**
   * On what terms space is sold. What equals a limit fits.
   *
   * @param totalBytes how much may be sold in all; 0 for no limit
   * @param minSlotBytes the smallest slot
   * @param maxSlotBytes the largest slot; 0 for no limit
   * @param maxDurationMicros the longest time in microseconds; 0 for no limit
   * @param minPrice the lowest price for a byte and second
   * @param maxCollateral the highest collateral for a byte; null for no limit
   * @param untilMicros when a request may end at the latest, in microseconds since the epoch; null
   *     for no limit
   * @param enabled whether anything is sold
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
