package dev.holdfast.client.model;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The request of a buyer: slots of one size, on the same terms. Prices are in the unit of the
 * {@link Offer}s.
 *
 * @param requestId the request, spelled as in {@link Slot}
 * @param slotCount the number of its slots, 1 … 2^64-1, <b>unsigned</b> like {@link Slot#slotIndex}
 * @param slotSizeBytes the number of bytes per slot, 1 … 2^63-1
 * @param duration the time for which the buyer needs the space, longer than 0
 * @param pricePerBytePerSecond the price that the buyer pays, 0 … 2^256-1
 * @param collateralPerByte the collateral that the node must deposit, 0 … 2^256-1
 * @param endTime the end of the request; {@code null} for {@code duration} after the sale
 */
public record StorageRequest(
    String requestId,
    long slotCount,
    long slotSizeBytes,
    Duration duration,
    BigInteger pricePerBytePerSecond,
    BigInteger collateralPerByte,
    @Nullable Instant endTime) {
  /**
   * Rejects {@code null} except where {@code @Nullable} allows it, and prices out of their range.
   */
  public StorageRequest {
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(duration, "duration");
    Prices.require(pricePerBytePerSecond, "pricePerBytePerSecond");
    Prices.require(collateralPerByte, "collateralPerByte");
  }

  /**
   * Makes a request without collateral that ends {@code duration} after the sale.
   *
   * @param requestId the request, spelled as in {@link Slot}
   * @param slotCount the number of its slots, 1 … 2^64-1
   * @param slotSizeBytes the number of bytes per slot, 1 … 2^63-1
   * @param duration the time for which the buyer needs the space, longer than 0
   * @param pricePerBytePerSecond the price that the buyer pays, 0 … 2^256-1
   */
  public StorageRequest(
      String requestId,
      long slotCount,
      long slotSizeBytes,
      Duration duration,
      BigInteger pricePerBytePerSecond) {
    this(
        requestId,
        slotCount,
        slotSizeBytes,
        duration,
        pricePerBytePerSecond,
        BigInteger.ZERO,
        null);
  }

  /**
   * Returns the same request with a collateral.
   *
   * @param collateralPerByte the collateral that the node must deposit, 0 … 2^256-1
   * @return a copy
   */
  public StorageRequest withCollateralPerByte(BigInteger collateralPerByte) {
    return new StorageRequest(
        requestId,
        slotCount,
        slotSizeBytes,
        duration,
        pricePerBytePerSecond,
        collateralPerByte,
        endTime);
  }

  /**
   * Returns the same request with an end of its own.
   *
   * @param endTime the end of the request
   * @return a copy
   */
  public StorageRequest withEndTime(Instant endTime) {
    return new StorageRequest(
        requestId,
        slotCount,
        slotSizeBytes,
        duration,
        pricePerBytePerSecond,
        collateralPerByte,
        Objects.requireNonNull(endTime, "endTime"));
  }
}
