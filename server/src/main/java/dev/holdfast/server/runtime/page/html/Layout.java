package dev.holdfast.server.runtime.page.html;

/** The frame of all pages. */
public final class Layout {
  /**
   * The content of a page.
   *
   * @param title its title
   * @param body the HTML of its main part
   */
  public record Content(String title, Html body) {}

  private Layout() {}

  /**
   * Returns a whole page.
   *
   * @param viewerName the name of the viewer; empty for nobody who could log out
   */
  public static Html page(Content content, String viewerName) {
    Html viewer =
        viewerName.isEmpty()
            ? Html.EMPTY
            : Html.of(
                "<form class=\"viewer\" method=\"post\" action=\"{}\"><span>{}</span>"
                    + " <button>Log out</button></form>",
                Links.LOGOUT,
                viewerName);
    return Html.of(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{} · Holdfast</title>
        <link rel="icon" href="/assets/icon.svg">
        <link rel="stylesheet" href="/assets/page.css">
        <script type="module" src="/assets/page.js"></script>
        </head>
        <body>
        <header class="top"><a class="brand" href="/">Holdfast</a>{}</header>
        <main>
        {}
        </main>
        </body>
        </html>
        """,
        content.title(),
        viewer,
        content.body());
  }

  /**
   * Returns the heading and the tabs of a repository's page.
   *
   * @param current the address of the current tab
   */
  public static Html repositoryHead(String repositoryId, String current) {
    return Html.of(
        "<nav class=\"crumbs\" aria-label=\"Breadcrumb\"><a href=\"/\">Repositories</a></nav>"
            + "<h1>{}</h1><nav class=\"tabs\" aria-label=\"Repository\">{}{}{}</nav>",
        repositoryId,
        tab("Slots", Links.repository(repositoryId), current),
        tab("Events", Links.events(repositoryId), current),
        tab("Offers", Links.offers(repositoryId), current));
  }

  private static Html tab(String name, String link, String current) {
    return link.equals(current)
        ? Html.of("<a href=\"{}\" aria-current=\"page\">{}</a>", link, name)
        : Html.of("<a href=\"{}\">{}</a>", link, name);
  }

  /**
   * Returns a table, or a sentence if it has no rows. A cell of a row is labelled with its column
   * on narrow screens.
   */
  public static Html table(String caption, Html head, java.util.List<Html> rows, String none) {
    return rows.isEmpty()
        ? Html.of("<p class=\"none\">{}</p>", none)
        : Html.of(
            "<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
            caption,
            head,
            rows);
  }

  /** Returns the header cells of a table; those that begin with {@code #} are of numbers. */
  public static Html columns(String... names) {
    java.util.List<Html> cells = new java.util.ArrayList<>();
    for (String name : names) {
      cells.add(
          name.startsWith("#")
              ? Html.of("<th scope=\"col\" class=\"number\">{}</th>", name.substring(1))
              : Html.of("<th scope=\"col\">{}</th>", name));
    }
    return Html.of("{}", cells);
  }

  public static Html cell(String column, Html value) {
    return Html.of("<td data-column=\"{}\">{}</td>", column, value);
  }

  public static Html numberCell(String column, Html value) {
    return Html.of("<td class=\"number\" data-column=\"{}\">{}</td>", column, value);
  }

  /** Returns the link to the next page, and to the first one unless this is it. */
  public static Html pages(String first, boolean isFirst, String next) {
    Html toFirst = isFirst ? Html.EMPTY : Html.of("<a href=\"{}\">First page</a>", first);
    Html toNext =
        next.isEmpty() ? Html.EMPTY : Html.of("<a rel=\"next\" href=\"{}\">Next page</a>", next);
    return isFirst && next.isEmpty()
        ? Html.EMPTY
        : Html.of("<nav class=\"pages\" aria-label=\"Pages\">{}{}</nav>", toFirst, toNext);
  }
}
