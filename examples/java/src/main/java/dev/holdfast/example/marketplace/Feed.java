package dev.holdfast.example.marketplace;

import java.util.List;

/**
 * The events after a block.
 *
 * @param head the last block
 * @param events the events of the blocks up to it, in order
 */
public record Feed(long head, List<Event> events) {}
