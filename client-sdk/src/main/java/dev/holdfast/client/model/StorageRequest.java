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
 * @param slotCount how many slots it has, 1 … 2^64-1, <b>unsigned</b> like {@link Slot#slotIndex}
 * @param slotSizeBytes how many bytes a slot has, 1 … 2^63-1
 * @param duration how long the space is wanted, longer than 0
 * @param pricePerBytePerSecond what the buyer pays, 0 … 2^256-1
 * @param collateralPerByte what the node has to put up, 0 … 2^256-1
 * @param endTime when the request ends; {@code null} for {@code duration} after the sale
 */
public record StorageRequest(
    String requestId,
    long slotCount,
    long slotSizeBytes,
    Duration duration,
    BigInteger pricePerBytePerSecond,
    BigInteger collateralPerByte,
    @Nullable Instant endTime) {
  /** Refuses {@code null} where nothing says that it is allowed, and prices out of their range. */
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
   * @param slotCount how many slots it has, 1 … 2^64-1
   * @param slotSizeBytes how many bytes a slot has, 1 … 2^63-1
   * @param duration how long the space is wanted, longer than 0
   * @param pricePerBytePerSecond what the buyer pays, 0 … 2^256-1
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
   * @param collateralPerByte what the node has to put up, 0 … 2^256-1
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
   * @param endTime when the request ends
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
