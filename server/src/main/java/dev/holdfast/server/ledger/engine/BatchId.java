package dev.holdfast.server.ledger.engine;

import java.util.UUID;

/**
 * The identity of an attempt to commit a batch. An engine that several servers share keeps the ids
 * of committed batches for a while, so that a server whose connection broke during the commit can
 * ask whether it happened.
 *
 * @param value a random UUID
 */
public record BatchId(UUID value) {
  /** Returns a new id. */
  public static BatchId random() {
    return new BatchId(UUID.randomUUID());
  }
}
