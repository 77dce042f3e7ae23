package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.rules.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes messages when it is told to, and notes them. */
class NotedSink implements Sink<NotedSink.Message> {
  /** Revisions of events, and the one that they lead to. */
  record Message(List<Long> events, long revision) {
    @Override
    public String toString() {
      return events.stream().map(String::valueOf).collect(Collectors.joining(" ")) + ">" + revision;
    }
  }

  final List<Message> messages = new ArrayList<>();
  boolean ready = true;
  @Nullable Rejection end;
  @Nullable RuntimeException failure;
  boolean reset;

  /** Returns the messages received since the previous call. */
  List<String> told() {
    List<String> told = messages.stream().map(Message::toString).toList();
    messages.clear();
    return told;
  }

  /** The revisions of all events that it was told of. */
  List<Long> events() {
    return messages.stream().flatMap(message -> message.events().stream()).toList();
  }

  /** Why it ended; empty while it goes on. */
  String reason() {
    return end == null ? "" : end.reason().name();
  }

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public void send(Message message) {
    messages.add(message);
  }

  @Override
  public void end(Rejection rejection) {
    end = rejection;
  }

  @Override
  public void fail(RuntimeException e) {
    failure = e;
  }

  @Override
  public void reset() {
    reset = true;
  }
}
