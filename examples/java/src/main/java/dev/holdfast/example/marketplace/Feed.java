package dev.holdfast.example.marketplace;

import java.util.List;

/**
 * What happened after some block.
 *
 * @param head the last block there is
 * @param events the events of the blocks up to it, in their order
 */
public record Feed(long head, List<Event> events) {}
