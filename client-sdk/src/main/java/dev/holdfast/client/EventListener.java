package dev.holdfast.client;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.requests.WatchEvents;

/**
 * Is told the events of a repository by {@link Reservations#watchEvents}: in order, one call at a
 * time, each with what the ones before did. It runs on gRPC's threads (those of the channel, where
 * one was brought) and may take its time: nothing more is asked of the server before it has
 * returned. One that is too slow for too long is ended with {@link RevisionCompactedException}.
 */
public interface EventListener {
  /**
   * An event: the next one, none twice and none left out. What this throws ends the watch.
   *
   * @param event the event
   */
  void onEvent(Event event);

  /**
   * The watch has ended for good; nothing comes after this. Broken connections and a server that
   * restarts do not end it.
   *
   * @param error {@link RevisionCompactedException} where events that come next are no longer kept,
   *     {@link RevisionInFutureException}, {@link RepositoryNotFoundException}, which also follows
   *     a deletion, any other {@link HoldfastException} that refuses the watch, or what a method of
   *     this listener threw
   */
  void onError(Throwable error);

  /**
   * Every event up to a revision has been told: what {@link WatchEvents#after} goes on from. It
   * comes first as soon as the watch stands, then after the events of each message, and about every
   * 15 seconds while nothing happens.
   *
   * @param revision the revision
   */
  default void onRevision(long revision) {}

  /**
   * The connection broke, or the server went away. The watch goes on by itself where it was, after
   * a pause; this is for the log.
   *
   * @param cause why
   */
  default void onInterrupted(HoldfastException cause) {}
}
