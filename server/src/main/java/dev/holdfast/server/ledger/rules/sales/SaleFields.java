package dev.holdfast.server.ledger.rules.sales;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a SellSlot that are compared on a retry, as one line of text that is stored with
 * the sale.
 */
public record SaleFields(String text) {
  private static final List<String> NAMES =
      List.of(
          "storage_request.slot_count",
          "storage_request.slot_size_bytes",
          "storage_request.duration",
          "storage_request.price_per_byte_per_second",
          "storage_request.collateral_per_byte",
          "storage_request.end_time",
          "excluded_slot_indexes");

  /**
   * Returns the fields of a request.
   *
   * @param excluded a fingerprint of the set of excluded slots
   */
  public static SaleFields of(StorageRequest request, String excluded) {
    return new SaleFields(
        String.join(
            " ",
            Long.toUnsignedString(request.slotCount()),
            Long.toString(request.slotSizeBytes()),
            Long.toString(request.durationMicros()),
            request.price().toString(),
            request.collateral().toString(),
            String.valueOf(request.endMicros()),
            excluded));
  }

  /** Returns the name of the first field that differs; null if all are equal. */
  @Nullable String difference(SaleFields others) {
    List<String> mine = Arrays.asList(text.split(" "));
    List<String> theirs = Arrays.asList(others.text.split(" "));
    for (int i = 0; i < NAMES.size(); i++) {
      if (!mine.get(i).equals(theirs.get(i))) {
        return NAMES.get(i);
      }
    }
    return null;
  }
}
