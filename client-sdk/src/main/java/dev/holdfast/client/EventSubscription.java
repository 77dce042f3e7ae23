package dev.holdfast.client;

/** A watch that was begun by {@link Reservations#watchEvents}. */
public interface EventSubscription extends AutoCloseable {
  /**
   * Ends the watch. The listener may still be busy with its last call, and receives nothing more,
   * not even the end. It does not wait, may be called by the listener, and does nothing the second
   * time.
   */
  @Override
  void close();
}
