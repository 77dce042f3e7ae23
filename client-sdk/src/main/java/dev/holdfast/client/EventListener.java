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
 * channel, where one was brought) and may take its time: nothing more is asked of the server before
 * it has returned. One that is too slow for too long is ended with {@link
 * RevisionCompactedException}.
 */
public interface EventListener {
  /**
   * Receives the next event: none comes twice and none is left out. An exception of this method
   * ends the watch.
   *
   * @param event the event
   */
  void onEvent(Event event);

  /**
   * Receives the end of the watch; nothing comes after this. Broken connections and a server that
   * restarts do not end it.
   *
   * @param error {@link RevisionCompactedException} where events that come next are no longer kept,
   *     {@link RevisionInFutureException}, {@link RepositoryNotFoundException}, which also follows
   *     a deletion, any other {@link HoldfastException} that refuses the watch, or the exception of
   *     a method of this listener
   */
  void onError(Throwable error);

  /**
   * Receives a revision up to which every event was received; {@link WatchEvents#after} goes on
   * from it. It comes first as soon as the watch stands, then after the events of each message, and
   * about every 15 seconds while nothing happens.
   *
   * @param revision the revision
   */
  default void onRevision(long revision) {}

  /**
   * Receives an interruption: the connection broke, or the server went away. The watch goes on by
   * itself where it was, after a pause; this is for the log.
   *
   * @param cause why
   */
  default void onInterrupted(HoldfastException cause) {}
}
