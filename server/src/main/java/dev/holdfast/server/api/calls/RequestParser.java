package dev.holdfast.server.api.calls;

import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;

/**
 * Validates a request message and converts it.
 *
 * @param <T> a command of the ledger, or the query of a read
 */
public interface RequestParser<T> {
  /**
   * Returns the command or query of the request.
   *
   * @throws RejectedException if the request is invalid
   */
  T parse(RequestValidator validator);
}
