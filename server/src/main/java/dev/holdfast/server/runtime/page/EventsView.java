package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.LedgerReads;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
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
    List<Event> events = upTo(repository.id(), to);
    List<Html> rows = EventRows.of(repository.id(), events, now);
    long before = to - PAGE_SIZE;
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
            before <= 0
                ? Html.EMPTY
                : Html.of(
                    "<a rel=\"next\" href=\"{}\">Older events</a>",
                    link + Links.query("to", Long.toString(before))));
    return new Layout.Content(
        repository.id() + ": events",
        Html.of(
            "{}{}{}{}{}", Layout.repositoryHead(repository.id(), link), live, table, none, pages));
  }

  /** Returns the rows of the next events after the parameter {@code after}, the newest first. */
  Html rows(Repository repository, Parameters parameters, Instant now) {
    long after = parameters.revision("after", repository.revision());
    return Html.of(
        "{}",
        EventRows.of(repository.id(), newestFirst(repository.id(), after, Long.MAX_VALUE), now));
  }

  private List<Event> upTo(String repositoryId, long to) {
    return newestFirst(repositoryId, Math.max(0, to - PAGE_SIZE), to);
  }

  private List<Event> newestFirst(String repositoryId, long after, long to) {
    EventsPage page = reads.events(EventsQuery.all(repositoryId, after, PAGE_SIZE));
    if (page == null) {
      return List.of();
    }
    List<Event> events = new ArrayList<>(page.events());
    events.removeIf(event -> event.revision() > to);
    Collections.reverse(events);
    return events;
  }
}
