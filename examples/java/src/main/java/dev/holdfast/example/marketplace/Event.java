package dev.holdfast.example.marketplace;

/**
 * An event of a block.
 *
 * @param block the number of the block
 * @param kind "requested", "filled" and "freed" of a slot, or "ended"
 * @param requestId the request
 * @param facts details as {@code name=value} fields; may be empty
 */
public record Event(long block, String kind, String requestId, String facts) {
  @Override
  public String toString() {
    String line = "block=%d event=%s request_id=%s".formatted(block, kind, requestId);
    return facts.isEmpty() ? line : line + " " + facts;
  }
}
