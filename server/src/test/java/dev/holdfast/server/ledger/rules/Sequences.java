package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Every sequence of messages up to a length, each sent to a world of its own, which checks itself.
 *
 * @param <W> the world
 * @param <M> a message
 */
final class Sequences<W, M> {
  private static final int LENGTH = Integer.getInteger("holdfast.sequence.length", 5);

  private final List<M> messages;
  private final Function<M, String> name;
  private final UnaryOperator<W> copy;
  private final BiConsumer<W, M> send;
  private final List<String> path = new ArrayList<>();
  private long sent;

  /**
   * Creates an explorer of all sequences of the given messages.
   *
   * @param name of a message, for the sequence after which a check failed
   * @param copy makes a world that goes on by itself
   * @param send sends a message to a world
   */
  Sequences(
      List<M> messages, Function<M, String> name, UnaryOperator<W> copy, BiConsumer<W, M> send) {
    this.messages = messages;
    this.name = name;
    this.copy = copy;
    this.send = send;
  }

  /** Sends them all, beginning with this world, and fails after the first that a check rejects. */
  void explore(W world) {
    from(world);
    long expected = 0;
    for (int i = 1; i <= LENGTH; i++) {
      expected += Math.round(Math.pow(messages.size(), i));
    }
    assertEquals(expected, sent);
  }

  private void from(W world) {
    if (path.size() == LENGTH) {
      return;
    }
    for (M message : messages) {
      W next = copy.apply(world);
      path.add(name.apply(message));
      try {
        send.accept(next, message);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("after " + path, e);
      }
      sent++;
      from(next);
      path.remove(path.size() - 1);
    }
  }
}
