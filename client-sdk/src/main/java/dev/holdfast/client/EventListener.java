package dev.holdfast.client;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.requests.WatchEvents;

/**
 * Receives the events of a repository from {@link Reservations#watchEvents}: in order, one call at
 * a time; each call sees what those before it wrote. It runs on gRPC's threads (those of the
 * channel, if the caller brought one) and may be slow: the watch requests nothing more from the
 * server before it has returned. A listener that is too slow for too long ends with {@link
 * RevisionCompactedException}.
 */
public interface EventListener {
  /**
   * Receives the next event, each exactly once. An exception of this method ends the watch.
   *
   * @param event the event
   */
  void onEvent(Event event);

  /**
   * Receives the end of the watch; no call follows. Broken connections and a restart of the server
   * do not end it.
   *
   * @param error {@link RevisionCompactedException} if the next events are no longer kept, {@link
   *     RevisionInFutureException}, {@link RepositoryNotFoundException}, which also follows a
   *     deletion, any other {@link HoldfastException} that refuses the watch, or the exception of a
   *     method of this listener
   */
  void onError(Throwable error);

  /**
   * Receives a revision up to which all events were received; {@link WatchEvents#after} continues
   * from it. It comes first as soon as the watch is open, then after the events of each message,
   * and about every 15 seconds while nothing happens.
   *
   * @param revision the revision
   */
  default void onRevision(long revision) {}

  /**
   * Receives an interruption: the connection broke, or the server went away. The watch continues
   * after a pause; this is for the log.
   *
   * @param cause why
   */
  default void onInterrupted(HoldfastException cause) {}
}
