package dev.holdfast.example.marketplace;

import java.util.Random;

/**
 * The terms of a storage request.
 *
 * @param slotCount the number of slots, all of one size
 * @param slotSizeBytes the size of each slot
 * @param durationBlocks for how long the slots are kept, from the moment when the last one is
 *     filled
 * @param pricePerBytePerSecond the price that the buyer pays
 * @param collateralPerByte the collateral that a host deposits
 * @param expiryBlock the block in which the request expires if not all of its slots are filled
 */
record Terms(
    int slotCount,
    long slotSizeBytes,
    long durationBlocks,
    long pricePerBytePerSecond,
    long collateralPerByte,
    long expiryBlock) {

  static Terms random(Random random, long block) {
    return new Terms(
        1 + random.nextInt(8),
        1L << (30 + random.nextInt(7)),
        72 + random.nextInt(720),
        500 + random.nextInt(2500),
        random.nextInt(100),
        block + 24 + random.nextInt(72));
  }

  @Override
  public String toString() {
    return ("slot_count=%d slot_size_bytes=%d duration_seconds=%d price_per_byte_per_second=%d"
            + " collateral_per_byte=%d")
        .formatted(
            slotCount,
            slotSizeBytes,
            durationBlocks * Marketplace.BLOCK_SECONDS,
            pricePerBytePerSecond,
            collateralPerByte);
  }
}
