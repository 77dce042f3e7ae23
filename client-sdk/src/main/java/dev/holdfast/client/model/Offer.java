package dev.holdfast.client.model;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The terms on which a node sells space: {@code Offer.of("cold", price).withTotalBytes(1L << 40)}.
 * Prices are in a fixed unit of the node; Holdfast only compares them.
 *
 * @param offerId its id: 1–128 characters of printable ASCII without blanks
 * @param totalBytes the number of bytes that may be sold under it in all, 0 … 2^63-1; 0 means as
 *     many as the repository has
 * @param soldBytes the number of bytes sold under it, as the server returned it; it is not sent
 * @param minSlotBytes the size of the smallest slot that it sells, 0 … 2^63-1; 0 for no limit
 * @param maxSlotBytes the size of the largest slot that it sells, 0 … 2^63-1; 0 for no limit
 * @param maxDuration the longest duration that it sells, longer than 0; {@code null} for no limit
 * @param minPricePerBytePerSecond the lowest price that it accepts, 0 … 2^256-1
 * @param maxCollateralPerByte the highest collateral that it accepts, 0 … 2^256-1; {@code null} for
 *     no limit
 * @param until its end: it sells no request that ends later; {@code null} for no limit
 * @param enabled whether it sells
 */
public record Offer(
    String offerId,
    long totalBytes,
    long soldBytes,
    long minSlotBytes,
    long maxSlotBytes,
    @Nullable Duration maxDuration,
    BigInteger minPricePerBytePerSecond,
    @Nullable BigInteger maxCollateralPerByte,
    @Nullable Instant until,
    boolean enabled) {
  /**
   * Rejects {@code null} except where {@code @Nullable} allows it, and prices out of their range.
   */
  public Offer {
    Objects.requireNonNull(offerId, "offerId");
    Prices.require(minPricePerBytePerSecond, "minPricePerBytePerSecond");
    if (maxCollateralPerByte != null) {
      Prices.require(maxCollateralPerByte, "maxCollateralPerByte");
    }
  }

  /**
   * Makes an offer without limits that sells.
   *
   * @param offerId its id
   * @param minPricePerBytePerSecond the lowest price that it accepts, 0 … 2^256-1
   * @return the offer, not yet put
   */
  public static Offer of(String offerId, BigInteger minPricePerBytePerSecond) {
    return new Offer(offerId, 0, 0, 0, 0, null, minPricePerBytePerSecond, null, null, true);
  }

  /**
   * Returns the same offer with another total.
   *
   * @param totalBytes the number of bytes that may be sold under it in all; 0 for as many as there
   *     are
   * @return a copy
   */
  public Offer withTotalBytes(long totalBytes) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        maxDuration,
        minPricePerBytePerSecond,
        maxCollateralPerByte,
        until,
        enabled);
  }

  /**
   * Returns the same offer for other sizes of slots.
   *
   * @param minSlotBytes the size of the smallest slot that it sells; 0 for no limit
   * @param maxSlotBytes the size of the largest slot that it sells; 0 for no limit
   * @return a copy
   */
  public Offer withSlotBytes(long minSlotBytes, long maxSlotBytes) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        maxDuration,
        minPricePerBytePerSecond,
        maxCollateralPerByte,
        until,
        enabled);
  }

  /**
   * Returns the same offer with a longest time.
   *
   * @param maxDuration the longest duration that it sells, longer than 0
   * @return a copy
   */
  public Offer withMaxDuration(Duration maxDuration) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        Objects.requireNonNull(maxDuration, "maxDuration"),
        minPricePerBytePerSecond,
        maxCollateralPerByte,
        until,
        enabled);
  }

  /**
   * Returns the same offer at another price.
   *
   * @param minPricePerBytePerSecond the lowest price that it accepts, 0 … 2^256-1
   * @return a copy
   */
  public Offer withMinPricePerBytePerSecond(BigInteger minPricePerBytePerSecond) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        maxDuration,
        minPricePerBytePerSecond,
        maxCollateralPerByte,
        until,
        enabled);
  }

  /**
   * Returns the same offer with a highest collateral.
   *
   * @param maxCollateralPerByte the highest collateral that it accepts, 0 … 2^256-1; 0 for none
   * @return a copy
   */
  public Offer withMaxCollateralPerByte(BigInteger maxCollateralPerByte) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        maxDuration,
        minPricePerBytePerSecond,
        Objects.requireNonNull(maxCollateralPerByte, "maxCollateralPerByte"),
        until,
        enabled);
  }

  /**
   * Returns the same offer with an end.
   *
   * @param until its end
   * @return a copy
   */
  public Offer withUntil(Instant until) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        maxDuration,
        minPricePerBytePerSecond,
        maxCollateralPerByte,
        Objects.requireNonNull(until, "until"),
        enabled);
  }

  /**
   * Returns the same offer, selling or not.
   *
   * @param enabled whether it sells
   * @return a copy
   */
  public Offer withEnabled(boolean enabled) {
    return new Offer(
        offerId,
        totalBytes,
        soldBytes,
        minSlotBytes,
        maxSlotBytes,
        maxDuration,
        minPricePerBytePerSecond,
        maxCollateralPerByte,
        until,
        enabled);
  }
}
