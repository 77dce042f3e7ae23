package dev.holdfast.server.api.calls;

import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;

/**
 * Validates a request message and converts it.
 *
 * @param <T> a command of the ledger, or what a read is asked for
 */
public interface RequestParser<T> {
  /**
   * Returns what the request asks for.
   *
   * @throws RejectedException where the request is invalid
   */
  T parse(RequestValidator validator);
}
