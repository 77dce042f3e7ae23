package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The events of a repository, the newest first, and the rows that the page asks for later. */
final class EventsView {
  static final int PAGE_SIZE = 100;

  private final LedgerReads reads;

  EventsView(LedgerReads reads) {
    this.reads = reads;
  }

  /** Returns the page, which ends with the revision of the parameter {@code to}. */
  Layout.Content content(Repository repository, Parameters parameters, Instant now) {
    String link = Links.events(repository.id());
    long to = Math.min(parameters.revision("to", repository.revision()), repository.revision());
    boolean newest = to == repository.revision();
    long before = to - PAGE_SIZE;
    EventsPage page = after(repository, Math.max(0, before));
    List<Html> rows = EventRows.of(repository.id(), newestFirst(page, to), now);
    Html live =
        newest
            ? Html.of(
                "<p class=\"live\"><a href=\"{}\">Reload</a>"
                    + " <span role=\"status\" id=\"live\"></span></p>",
                link)
            : Html.EMPTY;
    Html table =
        Html.of(
            "<table><caption>Events, the newest first</caption><thead><tr>{}</tr></thead>{}{}"
                + "</tbody></table>",
            EventRows.columns(),
            newest
                ? Html.of(
                    "<tbody id=\"events\" data-feed=\"{}\" data-revision=\"{}\">",
                    link + "/rows",
                    to)
                : Html.of("<tbody>"),
            rows);
    Html none =
        rows.isEmpty()
            ? Html.of("<p class=\"none\">None of these revisions has an event that is kept.</p>")
            : Html.EMPTY;
    Html pages =
        Html.of(
            "<nav class=\"pages\" aria-label=\"Pages\">{}{}</nav>",
            newest ? Html.EMPTY : Html.of("<a href=\"{}\">Newest events</a>", link),
            // A restore skips so many revisions that nobody could page through them.
            before < page.oldestRevision()
                ? Html.EMPTY
                : Html.of("<a rel=\"next\" href=\"{}\">Older events</a>", link + to(before)));
    return new Layout.Content(
        repository.id() + ": events",
        Html.of(
            "{}{}{}{}{}", Layout.repositoryHead(repository.id(), link), live, table, none, pages));
  }

  /**
   * Returns the rows of the events after the parameter {@code after}, the newest first. If they are
   * more than a page, only the newest page, and a row with the link to the others.
   */
  Html rows(Repository repository, Parameters parameters, Instant now) {
    long after = parameters.revision("after", repository.revision());
    long leftOut = repository.revision() - PAGE_SIZE;
    EventsPage page = after(repository, Math.max(after, leftOut));
    return Html.of(
        "{}{}",
        EventRows.of(repository.id(), newestFirst(page, Long.MAX_VALUE), now),
        after < leftOut
            ? EventRows.leftOut(after + 1, leftOut, Links.events(repository.id()) + to(leftOut))
            : Html.EMPTY);
  }

  private static String to(long revision) {
    return Links.query("to", Long.toString(revision));
  }

  private EventsPage after(Repository repository, long revision) {
    EventsPage page = reads.events(EventsQuery.all(repository.id(), revision, PAGE_SIZE));
    // The repository may have been deleted since it was read.
    return page != null
        ? page
        : new EventsPage(repository.revision(), true, repository.revision() + 1, List.of(), 0);
  }

  private static List<Event> newestFirst(EventsPage page, long to) {
    List<Event> events = new ArrayList<>(page.events());
    events.removeIf(event -> event.revision() > to);
    Collections.reverse(events);
    return events;
  }
}
