package dev.holdfast.example.marketplace;

/**
 * A slot that a host has to keep.
 *
 * @param requestId the request that it belongs to
 * @param slotIndex which of the request's slots
 * @param slotSizeBytes how large it is
 */
public record HeldSlot(String requestId, int slotIndex, long slotSizeBytes) {
  @Override
  public String toString() {
    return "request_id=%s slot_index=%d slot_size_bytes=%d"
        .formatted(requestId, slotIndex, slotSizeBytes);
  }
}
