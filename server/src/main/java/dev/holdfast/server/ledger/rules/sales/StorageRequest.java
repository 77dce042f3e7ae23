package dev.holdfast.server.ledger.rules.sales;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A buyer's request for storage.
 *
 * @param requestId the id of the request
 * @param slotCount the number of slots, as an unsigned number
 * @param slotSizeBytes the size of a slot
 * @param durationMicros the requested duration in microseconds
 * @param price the price per byte and second
 * @param collateral the collateral that the seller deposits per byte
 * @param endMicros the end of the request, in microseconds since the epoch; null for the duration
 *     from now on
 */
public record StorageRequest(
    String requestId,
    long slotCount,
    long slotSizeBytes,
    long durationMicros,
    BigInteger price,
    BigInteger collateral,
    @Nullable Long endMicros) {

  /** Returns whether the request states an end that has passed. */
  public boolean ended(long nowMicros) {
    return endMicros != null && endMicros <= nowMicros;
  }

  long endMicros(long nowMicros) {
    return endMicros != null ? endMicros : nowMicros + durationMicros;
  }
}
