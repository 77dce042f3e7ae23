package dev.holdfast.server.operator;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.results.EventPage;
import dev.holdfast.server.flags.CommandLineOnly;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code holdfast events}. */
@Command(
    name = "events",
    description =
        "Prints the events of a slot, a request or a repository that are kept, and with --follow"
            + " also each new one until it is interrupted.")
public final class EventsCommand extends ServerCommand {
  private static final int PAGE_SIZE = 1000;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SLOT|REQUEST",
      description = "A slot as REQUEST/INDEX, or a storage request. Default: all events.")
  private @Nullable String target;

  @CommandLineOnly
  @Option(
      names = "--request",
      paramLabel = "REQUEST",
      description = "A storage request whose id itself ends in a slash and a number.")
  private @Nullable String requestId;

  @Option(
      names = "--after",
      paramLabel = "REVISION",
      description = "Only events after this revision of the repository. Default: 0")
  private long afterRevision;

  @Option(
      names = "--follow",
      description = "Goes on with each new event; a lost connection is opened again.")
  private boolean follow;

  @Option(
      names = "--until-free",
      description = "Follows a slot, and ends with 0 as soon as the slot has no reservation.")
  private boolean untilFree;

  @Override
  int run(Session session) throws InterruptedException {
    EventSelection selection = selection();
    HoldfastClient client = session.client();
    String repositoryId = connection().repositoryId();
    Listing<Event> listing = EventListing.to(session.out(), connection().json());
    // Events after this revision were not there when the slot was looked at.
    long startRevision = client.repositories().available(repositoryId).revision();
    EventFollower follower = new EventFollower(selection, listing, untilFree, this::tell);
    boolean freeAlready = untilFree && isFree(client, repositoryId, selection.slot());
    long last = list(client, selection, follower, startRevision);
    if (freeAlready || follower.hasEnded() || !(follow || untilFree)) {
      return ExitCode.OK;
    }
    try {
      follower.follow(client, repositoryId, Math.max(last, Math.max(startRevision, afterRevision)));
    } catch (HoldfastException e) {
      listing.flush();
      throw e;
    }
    return ExitCode.OK;
  }

  /** Prints the events that are kept, and returns the revision of the last one. */
  private long list(
      HoldfastClient client, EventSelection selection, EventFollower follower, long startRevision) {
    ListEvents query =
        selection
            .query()
            .withRepositoryId(connection().repositoryId())
            .withAfterRevision(afterRevision)
            .withPageSize(PAGE_SIZE);
    long last = 0;
    EventPage page = client.reservations().listEvents(query);
    if (page.oldestRevision() > afterRevision + 1) {
      tell("events before revision " + page.oldestRevision() + " are not kept");
    }
    while (true) {
      for (Event event : page.events()) {
        follower.print(event, event.revision() > startRevision);
        last = event.revision();
      }
      follower.flush();
      if (page.nextPageToken().isEmpty()) {
        return last;
      }
      page = client.reservations().listEvents(query.withPageToken(page.nextPageToken()));
    }
  }

  private EventSelection selection() {
    if (afterRevision < 0) {
      throw wrong("--after " + afterRevision + " is not a revision; use 0 or more");
    }
    if (target != null && requestId != null) {
      throw wrong("give either SLOT|REQUEST or --request, not both");
    }
    EventSelection selection;
    try {
      selection =
          requestId != null
              ? EventSelection.ofRequest(requestId)
              : target != null ? EventSelection.of(target) : EventSelection.ALL;
    } catch (NumberFormatException e) {
      throw wrong("the slot index of '" + target + "' is not below 2^64");
    }
    if (untilFree && selection.slot() == null) {
      throw wrong("--until-free needs a slot; name it as REQUEST/INDEX");
    }
    return selection;
  }

  private static boolean isFree(HoldfastClient client, String repositoryId, @Nullable Slot slot) {
    if (slot == null) {
      return false;
    }
    try {
      return client.reservations().get(repositoryId, slot).state() == ReservationState.RELEASED;
    } catch (ReservationNotFoundException e) {
      return true;
    }
  }
}
