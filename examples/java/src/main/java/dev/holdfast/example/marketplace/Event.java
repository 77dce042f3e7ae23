package dev.holdfast.example.marketplace;

/**
 * Something that a block brought about.
 *
 * @param block the number of the block
 * @param kind "requested", "filled" and "freed" of a slot, or "ended"
 * @param requestId the request
 * @param facts what else there is to say, as {@code name=value} words; may be empty
 */
public record Event(long block, String kind, String requestId, String facts) {
  @Override
  public String toString() {
    String line = "block=%d event=%s request_id=%s".formatted(block, kind, requestId);
    return facts.isEmpty() ? line : line + " " + facts;
  }
}
