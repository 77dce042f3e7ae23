package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import dev.holdfast.server.runtime.security.AdminAccess;
import dev.holdfast.server.runtime.security.Caller;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Responds to the paths of the page. It reads the ledger as the RPCs do, and changes nothing. */
public final class PageHandler implements AdminHandler {
  private final LedgerReads reads;
  private final AdminAccess access;
  private final InstantSource clock;
  private final Assets assets = new Assets();
  private final Login login;
  private final RepositoriesView repositories;
  private final SlotsView slots;
  private final SlotView slot;
  private final EventsView events;
  private final OffersView offers;

  /**
   * Makes the handler.
   *
   * @param reads reads the ledger
   * @param ledger runs a command and returns its outcome; only sales that are not made are run
   * @param access decides who may look
   * @param clock tells the ages of reservations
   */
  public PageHandler(
      LedgerReads reads,
      Function<Command, Outcome> ledger,
      AdminAccess access,
      InstantSource clock) {
    this.reads = reads;
    this.access = access;
    this.clock = clock;
    this.login = new Login(access);
    this.repositories = new RepositoriesView(reads);
    this.slots = new SlotsView(reads);
    this.slot = new SlotView(reads);
    this.events = new EventsView(reads);
    this.offers = new OffersView(reads, new WhyForm(ledger));
  }

  @Override
  public @Nullable AdminResponse respond(AdminRequest request) {
    boolean get = request.method().equals("GET");
    boolean post = request.method().equals("POST");
    String path = request.path();
    if (path.equals(Links.LOGIN) && (get || post)) {
      return login.login(request);
    } else if (path.equals(Links.LOGOUT)) {
      return post ? login.logout() : AdminResponse.methodNotAllowed("POST");
    } else if (!get) {
      return null;
    } else if (path.equals(Links.REPOSITORIES) || path.startsWith(Links.REPOSITORY_ROOT)) {
      Caller viewer = access.admit(request);
      return viewer == null ? Responses.seeOther(Links.LOGIN) : page(request, viewer);
    }
    return assets.file(path);
  }

  private AdminResponse page(AdminRequest request, Caller viewer) {
    try {
      Parameters parameters = new Parameters(request);
      if (request.path().equals(Links.REPOSITORIES)) {
        return page(200, repositories.content(viewer, parameters.text("after")), viewer);
      }
      String[] parts = request.path().substring(Links.REPOSITORY_ROOT.length()).split("/", 2);
      AdminResponse response =
          viewer.reaches(parts[0])
              ? ofRepository(parts[0], parts.length > 1 ? parts[1] : "", parameters, viewer)
              : null;
      // What the viewer may not see looks like what does not exist.
      return response != null
          ? response
          : message(404, "Not found", "There is no such page or repository.", viewer);
    } catch (BadInputException e) {
      return message(400, "Not understood", String.valueOf(e.getMessage()), viewer);
    } catch (StoreException e) {
      return message(503, "Store unavailable", String.valueOf(e.getMessage()), viewer);
    }
  }

  private @Nullable AdminResponse ofRepository(
      String id, String page, Parameters parameters, Caller viewer) {
    Instant now = clock.instant();
    if (page.isEmpty()) {
      List<SpaceUse> found = reads.spaceUse(List.of(id));
      return found.isEmpty()
          ? null
          : page(200, slots.content(found.get(0), parameters, now), viewer);
    }
    Repository repository = reads.repository(id);
    if (repository == null) {
      return null;
    }
    return switch (page) {
      case "slot" -> page(200, slot.content(id, parameters, now), viewer);
      case "events" -> page(200, events.content(repository, parameters, now), viewer);
      case "events/rows" -> Responses.html(200, events.rows(repository, parameters, now));
      case "offers" -> page(200, offers.content(id, parameters), viewer);
      default -> null;
    };
  }

  private static AdminResponse page(int status, Layout.Content content, Caller viewer) {
    return Responses.html(status, Layout.page(content, viewer.name()));
  }

  private static AdminResponse message(int status, String title, String text, Caller viewer) {
    return page(
        status, new Layout.Content(title, Html.of("<h1>{}</h1><p>{}</p>", title, text)), viewer);
  }
}
