package dev.holdfast.server.ledger.rules.sales;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a buyer asks for.
 *
 * @param requestId the request
 * @param slotCount how many slots it has, counted from 0; to be read as unsigned
 * @param slotSizeBytes how many bytes a slot has
 * @param durationMicros how long they are wanted, in microseconds
 * @param price what is paid for a byte and second
 * @param collateral what the seller has to put up for a byte
 * @param endMicros when the request ends, in microseconds since the epoch; null where it ends when
 *     the duration has passed from now on
 */
public record StorageRequest(
    String requestId,
    long slotCount,
    long slotSizeBytes,
    long durationMicros,
    BigInteger price,
    BigInteger collateral,
    @Nullable Long endMicros) {

  /** Whether it says that it has ended. */
  public boolean ended(long nowMicros) {
    return endMicros != null && endMicros <= nowMicros;
  }

  long endMicros(long nowMicros) {
    return endMicros != null ? endMicros : nowMicros + durationMicros;
  }
}
