package dev.holdfast.example.marketplace;

/**
 * A slot that a host must keep.
 *
 * @param requestId the request that it belongs to
 * @param slotIndex its index in the request
 * @param slotSizeBytes its size
 */
public record HeldSlot(String requestId, int slotIndex, long slotSizeBytes) {
  @Override
  public String toString() {
    return "request_id=%s slot_index=%d slot_size_bytes=%d"
        .formatted(requestId, slotIndex, slotSizeBytes);
  }
}
