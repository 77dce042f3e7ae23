package dev.holdfast.client;

/** A watch that was begun by {@link Reservations#watchEvents}. */
public interface EventSubscription extends AutoCloseable {
  /**
   * Ends the watch. The listener may still be busy with what it was told last, and is told nothing
   * more, not even the end. It does not wait, may be called by the listener, and a second time does
   * nothing.
   */
  @Override
  void close();
}
