package dev.holdfast.server.api.calls;

import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.LedgerReads;

/**
 * Reads what a call asks for.
 *
 * @param <Q> what is asked for
 * @param <R> the response message
 */
public interface ReadHandler<Q, R> {
  /**
   * Returns the response.
   *
   * @throws RejectedException where there is none
   */
  R read(LedgerReads reads, Q query);
}
