package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.runtime.page.html.Format;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import java.time.Instant;
import java.util.List;

/** The story of a slot: its reservation now, and its events that are kept. */
final class SlotView {
  static final int PAGE_SIZE = 100;

  private final LedgerReads reads;

  SlotView(LedgerReads reads) {
    this.reads = reads;
  }

  Layout.Content content(String repositoryId, Parameters parameters, Instant now) {
    String request = parameters.requestId("request");
    if (request.isEmpty()) {
      throw new BadInputException("request is missing: name the storage request of the slot");
    }
    Slot slot = new Slot(request, parameters.unsigned("index", 0));
    Reservation reservation = reads.reservation(repositoryId, slot);
    long after = parameters.revision("after", 0);
    EventsPage page = reads.events(new EventsQuery(repositoryId, null, slot, after, PAGE_SIZE));
    if (page == null) {
      page = new EventsPage(0, true, 0, List.of(), 0);
    }
    String link = Links.slot(repositoryId, slot);
    String name = Parameters.slotText(slot);
    return new Layout.Content(
        name,
        Html.of(
            "<nav class=\"crumbs\" aria-label=\"Breadcrumb\"><a href=\"/\">Repositories</a>"
                + " <a href=\"{}\">{}</a></nav><h1 class=\"slot\">{}</h1>"
                + "<p><a href=\"{}\">All slots of this request</a></p>{}<h2>Story</h2>{}{}{}",
            Links.repository(repositoryId),
            repositoryId,
            name,
            Links.repository(repositoryId) + Links.query("request", request),
            reservation == null
                ? Html.of("<p>{} It has no reservation now.</p>", SlotsView.state(null))
                : facts(reservation, now),
            Layout.table(
                "Events, the oldest first",
                EventRows.columns(),
                EventRows.of(repositoryId, page.events(), now),
                page.scannedTo() == 0
                    ? "No event of this slot is kept."
                    : "None of the oldest events are of this slot; the next page goes on."),
            kept(page),
            Layout.pages(
                link,
                after == 0,
                page.scannedTo() == 0 ? "" : link + "&after=" + page.scannedTo())));
  }

  private static Html kept(EventsPage page) {
    return page.oldestRevision() <= 1
        ? Html.EMPTY
        : Html.of(
            "<p class=\"note\">Events before revision {} are not kept.</p>", page.oldestRevision());
  }

  private static Html facts(Reservation reservation, Instant now) {
    Html filled =
        reservation.filled()
            ? Html.of(
                "<div><dt>Filled</dt><dd>{}</dd></div>",
                Format.distance(reservation.fill().micros(), now))
            : Html.EMPTY;
    Html offer =
        reservation.offerId().isEmpty()
            ? Html.EMPTY
            : Html.of("<div><dt>Offer</dt><dd>{}</dd></div>", reservation.offerId());
    return Html.of(
        "<dl class=\"facts\"><div><dt>State</dt><dd>{}</dd></div>"
            + "<div><dt>Size</dt><dd>{}</dd></div><div><dt>Reserved</dt><dd>{}</dd></div>{}"
            + "<div><dt>Lease</dt><dd>{}</dd></div>{}"
            + "<div><dt>Generation</dt><dd>{}</dd></div></dl>",
        SlotsView.state(reservation),
        Format.size(reservation.amountBytes()),
        Format.distance(reservation.createMicros(), now),
        filled,
        SlotsView.lease(reservation, now),
        offer,
        reservation.generation());
  }
}
