package dev.holdfast.server.operator;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.requests.WatchEvents;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Prints selected events, first those that are kept and then new ones as they come. */
final class EventFollower implements EventListener {
  private final EventSelection selection;
  private final Listing<Event> listing;
  private final boolean untilFree;
  private final Consumer<String> messages;

  /** Completed at the end: with nothing if the slot is free, or with the error. */
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

  private boolean interrupted;

  /**
   * Makes a follower.
   *
   * @param untilFree whether the release of the selected slot is the end
   * @param messages tells the person about the connection
   */
  EventFollower(
      EventSelection selection,
      Listing<Event> listing,
      boolean untilFree,
      Consumer<String> messages) {
    this.selection = selection;
    this.listing = listing;
    this.untilFree = untilFree;
    this.messages = messages;
  }

  /**
   * Prints a selected event, at the latest with the next {@link #flush}.
   *
   * @param isNew whether it happened after the command began
   */
  void print(Event event, boolean isNew) {
    listing.add(event);
    if (untilFree && isNew && event instanceof Event.Released) {
      end.complete(null);
    }
  }

  void flush() {
    listing.flush();
  }

  boolean hasEnded() {
    return end.isDone();
  }

  /**
   * Prints each new event until the end.
   *
   * @throws HoldfastException if the server ends the watch
   * @throws Output.ClosedException if nobody reads the output any more
   */
  void follow(HoldfastClient client, String repositoryId, long afterRevision)
      throws InterruptedException {
    WatchEvents watch = WatchEvents.after(afterRevision).withRepositoryId(repositoryId);
    EventSubscription subscription = client.reservations().watchEvents(watch, this);
    try {
      end.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } finally {
      subscription.close();
    }
  }

  @Override
  public void onEvent(Event event) {
    if (selection.contains(event) && !hasEnded()) {
      print(event, true);
      flush();
    }
  }

  @Override
  public void onError(Throwable error) {
    end.completeExceptionally(error);
  }

  @Override
  public void onRevision(long revision) {
    if (interrupted) {
      interrupted = false;
      messages.accept("connected again");
    }
  }

  @Override
  public void onInterrupted(HoldfastException cause) {
    if (!interrupted) {
      interrupted = true;
      messages.accept("connection lost, connecting again: " + cause.getMessage());
    }
  }
}
