package dev.holdfast.example.node;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.client.Datastore;
import dev.holdfast.client.errors.KeyNotFoundException;
import dev.holdfast.client.model.StoredValue;

/**
 * The position of this node on the chain: the block up to which nothing is left to do, stored in
 * Holdfast's datastore. A write sends the version that was read, so that a process that was thought
 * dead cannot set the position back: its write fails, and it starts over from the stored position.
 */
final class Position {
  private static final String KEY = "position";

  private final Datastore datastore;
  private long block;
  private long version;

  private Position(Datastore datastore, long block, long version) {
    this.datastore = datastore;
    this.block = block;
    this.version = version;
  }

  /** Reads the position; a new node begins at block 0. */
  static Position read(Datastore datastore) {
    try {
      StoredValue stored = datastore.get(KEY);
      long block = Long.parseLong(new String(stored.value(), US_ASCII));
      return new Position(datastore, block, stored.version());
    } catch (KeyNotFoundException e) {
      return new Position(datastore, 0, 0);
    }
  }

  long block() {
    return block;
  }

  void save(long newBlock) {
    if (newBlock != block) {
      version = datastore.put(KEY, Long.toString(newBlock).getBytes(US_ASCII), version);
      block = newBlock;
    }
  }
}
