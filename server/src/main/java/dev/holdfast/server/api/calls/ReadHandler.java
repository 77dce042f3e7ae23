package dev.holdfast.server.api.calls;

import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.engine.LedgerReads;

/**
 * Runs the read of a call.
 *
 * @param <Q> the query
 * @param <R> the response message
 */
public interface ReadHandler<Q, R> {
  /**
   * Returns the response.
   *
   * @throws RejectedException if there is no response, with the reason
   */
  R read(LedgerReads reads, Q query);
}
