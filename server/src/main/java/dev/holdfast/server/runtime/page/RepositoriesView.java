package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.runtime.page.html.Format;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import dev.holdfast.server.runtime.security.Caller;
import java.util.ArrayList;
import java.util.List;

/** The first page: the repositories that the viewer may see, with the use of their space. */
final class RepositoriesView {
  static final int PAGE_SIZE = 50;

  /** The most repositories that are read for one page; a viewer may see few of many. */
  private static final int MAX_SCANNED = 20_000;

  private final LedgerReads reads;

  RepositoriesView(LedgerReads reads) {
    this.reads = reads;
  }

  private record Page(List<String> ids, String next) {}

  /**
   * Returns the page.
   *
   * @param after the last repository of the page before; empty for the first page
   */
  Layout.Content content(Caller viewer, String after) {
    Page page = page(viewer, after);
    List<Html> rows = new ArrayList<>();
    reads.spaceUse(page.ids()).forEach(use -> rows.add(row(use)));
    String next =
        page.next().isEmpty() ? "" : Links.REPOSITORIES + Links.query("after", page.next());
    Html table =
        Layout.table(
            "Repositories by id",
            Layout.columns(
                "Repository",
                "Space",
                "#Filled",
                "#Reserved",
                "#Unassigned",
                "#Free",
                "#Capacity",
                "#Slots"),
            rows,
            "There are no repositories here. CreateRepository makes one.");
    return new Layout.Content(
        "Repositories",
        Html.of(
            "<h1>Repositories</h1>{}{}{}",
            SpaceBar.LEGEND,
            table,
            Layout.pages(Links.REPOSITORIES, after.isEmpty(), next)));
  }

  private Page page(Caller viewer, String after) {
    List<String> ids = new ArrayList<>();
    String last = after;
    for (int scanned = 0; scanned < MAX_SCANNED; ) {
      List<Repository> found = reads.repositories(last, PAGE_SIZE + 1);
      for (Repository repository : found) {
        if (viewer.reaches(repository.id())) {
          if (ids.size() == PAGE_SIZE) {
            return new Page(ids, last);
          }
          ids.add(repository.id());
        }
        last = repository.id();
      }
      if (found.size() <= PAGE_SIZE) {
        return new Page(ids, "");
      }
      scanned += found.size();
    }
    return new Page(ids, last);
  }

  private static Html row(SpaceUse use) {
    Repository repository = use.repository();
    return Html.of(
        "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>{}{}{}{}{}{}{}</tr>",
        Links.repository(repository.id()),
        repository.id(),
        Html.of("<td class=\"space\" data-column=\"Space\">{}</td>", SpaceBar.of(use)),
        Layout.numberCell("Filled", Format.size(use.filledBytes())),
        Layout.numberCell("Reserved", Format.size(use.unfilledBytes())),
        Layout.numberCell("Unassigned", Format.size(repository.unassignedBytes())),
        Layout.numberCell("Free", Format.size(repository.availableBytes())),
        Layout.numberCell("Capacity", Format.size(repository.capacityBytes())),
        Layout.numberCell("Slots", Format.count(repository.reservationCount())));
  }
}
