package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.runtime.page.html.Format;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The page of a repository: the use of its space, and its slots. */
final class SlotsView {
  static final int PAGE_SIZE = 100;

  private static final List<String> STATES = List.of("", "reserved", "filled");

  private final LedgerReads reads;

  SlotsView(LedgerReads reads) {
    this.reads = reads;
  }

  Layout.Content content(SpaceUse use, Parameters parameters, Instant now) {
    String repositoryId = use.repository().id();
    String state = parameters.text("state");
    if (!STATES.contains(state)) {
      throw new BadInputException("state is '" + state + "': use reserved or filled");
    }
    String request = parameters.requestId("request");
    String after = parameters.text("after");
    ReservationsPage page =
        reads.reservations(
            new ReservationsQuery(
                repositoryId,
                request.isEmpty() ? null : request,
                state.isEmpty() ? null : (Boolean) state.equals("filled"),
                after.isEmpty() ? null : parameters.slot("after"),
                PAGE_SIZE));
    String link = Links.repository(repositoryId);
    List<Html> rows = new ArrayList<>();
    page.reservations().forEach(reservation -> rows.add(row(repositoryId, reservation, now)));
    String next =
        page.last() == null
            ? ""
            : link
                + Links.query(
                    "request", request, "state", state, "after", Parameters.slotText(page.last()));
    Html body =
        Html.of(
            "{}{}{}{}{}",
            Layout.repositoryHead(repositoryId, link),
            summary(use),
            filter(link, request, state),
            Layout.table(
                "Reservations by slot",
                Layout.columns("Slot", "State", "#Size", "Age", "Lease", "Offer", "#Generation"),
                rows,
                next.isEmpty()
                    ? "No slot here matches."
                    : "None of the first slots match; the next page goes on."),
            Layout.pages(
                link + Links.query("request", request, "state", state), after.isEmpty(), next));
    return new Layout.Content(repositoryId, body);
  }

  private static Html summary(SpaceUse use) {
    Repository repository = use.repository();
    Html over =
        repository.overcommittedBytes() == 0
            ? Html.EMPTY
            : Html.of(
                "<p class=\"warning\">Reserved beyond the capacity: {}.</p>",
                Format.size(repository.overcommittedBytes()));
    return Html.of(
        "<section class=\"summary\" aria-label=\"Space\">{}<dl>{}{}{}{}{}{}{}</dl>{}</section>",
        SpaceBar.of(use),
        fact("filled", "Filled", Format.size(use.filledBytes())),
        fact("reserved", "Reserved, not yet filled", Format.size(use.unfilledBytes())),
        fact("unassigned", "Reserved without a slot", Format.size(repository.unassignedBytes())),
        fact("free", "Free", Format.size(repository.availableBytes())),
        fact("", "Capacity", Format.size(repository.capacityBytes())),
        fact("", "Slots", Format.count(repository.reservationCount())),
        fact("", "Revision", Format.count(repository.revision())),
        over);
  }

  private static Html fact(String kind, String name, Html value) {
    Html key = kind.isEmpty() ? Html.EMPTY : Html.of("<span class=\"key {}\"></span>", kind);
    return Html.of("<div><dt>{}{}</dt><dd>{}</dd></div>", key, name, value);
  }

  private static Html filter(String link, String request, String state) {
    List<Html> options = new ArrayList<>();
    for (String each : STATES) {
      options.add(
          Html.of(
              each.equals(state)
                  ? "<option value=\"{}\" selected>{}</option>"
                  : "<option value=\"{}\">{}</option>",
              each,
              each.isEmpty() ? "any" : each));
    }
    return Html.of(
        "<form class=\"filter\" method=\"get\" action=\"{}\">"
            + "<label>Request <input name=\"request\" value=\"{}\" maxlength=\"128\"></label>"
            + "<label>State <select name=\"state\">{}</select></label>"
            + "<button>Show</button></form>",
        link,
        request,
        options);
  }

  private static Html row(String repositoryId, Reservation reservation, Instant now) {
    return Html.of(
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>{}{}{}{}{}{}</tr>",
        Links.slot(repositoryId, reservation.slot()),
        Parameters.slotText(reservation.slot()),
        Layout.cell("State", state(reservation)),
        Layout.numberCell("Size", Format.size(reservation.amountBytes())),
        Layout.cell("Age", Format.distance(reservation.createMicros(), now)),
        Layout.cell("Lease", lease(reservation, now)),
        Layout.cell("Offer", Html.of("{}", reservation.offerId())),
        Layout.numberCell("Generation", Html.of("{}", reservation.generation())));
  }

  /** Returns the state of a slot's reservation; null means that it has none. */
  static Html state(@Nullable Reservation reservation) {
    if (reservation == null) {
      return Html.of("<span class=\"state\"><span class=\"key free\"></span>free</span>");
    }
    String state = reservation.filled() ? "filled" : "reserved";
    return Html.of("<span class=\"state\"><span class=\"key {}\"></span>{}</span>", state, state);
  }

  static Html lease(Reservation reservation, Instant now) {
    long endMicros = reservation.leaseExpireMicros();
    if (endMicros == 0) {
      return Html.of("no lease");
    }
    return Html.of(
        Format.isPast(endMicros, now) ? "lease ended {}" : "lease ends {}",
        Format.distance(endMicros, now));
  }
}
