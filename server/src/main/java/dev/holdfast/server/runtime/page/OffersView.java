package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.runtime.page.html.Format;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The offers of a repository, and the form that asks why they decline. */
final class OffersView {
  static final int PAGE_SIZE = 100;

  private final LedgerReads reads;
  private final WhyForm why;

  OffersView(LedgerReads reads, WhyForm why) {
    this.reads = reads;
    this.why = why;
  }

  Layout.Content content(String repositoryId, Parameters parameters) {
    String link = Links.offers(repositoryId);
    String after = parameters.text("after");
    // Reads one more than the page holds, to learn whether another page follows.
    List<Offer> found = reads.offers(repositoryId, after, PAGE_SIZE + 1);
    List<Html> rows = new ArrayList<>();
    found.stream().limit(PAGE_SIZE).forEach(offer -> rows.add(row(offer)));
    String next =
        found.size() > PAGE_SIZE ? link + Links.query("after", found.get(PAGE_SIZE - 1).id()) : "";
    return new Layout.Content(
        repositoryId + ": offers",
        Html.of(
            "{}{}{}{}",
            Layout.repositoryHead(repositoryId, link),
            Layout.table(
                "Offers by id",
                Layout.columns(
                    "Offer",
                    "Sells",
                    "#Total",
                    "#Sold",
                    "#Smallest slot",
                    "#Largest slot",
                    "#Longest",
                    "#Lowest price",
                    "#Highest collateral",
                    "Until"),
                rows,
                "There are no offers here. PutOffer makes one."),
            Layout.pages(link, after.isEmpty(), next),
            why.section(repositoryId, link, parameters)));
  }

  private static Html row(Offer offer) {
    Offer.Terms terms = offer.terms();
    return Html.of(
        "<tr><th scope=\"row\">{}</th>{}{}{}{}{}{}{}{}{}</tr>",
        offer.id(),
        Layout.cell("Sells", Html.of(terms.enabled() ? "yes" : "no")),
        Layout.numberCell("Total", Format.limit(terms.totalBytes())),
        Layout.numberCell("Sold", Format.size(offer.soldBytes())),
        Layout.numberCell("Smallest slot", Format.limit(terms.minSlotBytes())),
        Layout.numberCell("Largest slot", Format.limit(terms.maxSlotBytes())),
        Layout.numberCell("Longest", duration(terms.maxDurationMicros())),
        Layout.numberCell("Lowest price", Html.of("{}", terms.minPrice())),
        Layout.numberCell("Highest collateral", collateral(terms.maxCollateral())),
        Layout.cell("Until", until(terms.untilMicros())));
  }

  private static Html duration(long micros) {
    return micros == 0
        ? Html.of("none")
        : Html.of(
            "<data value=\"{}\">{}</data>", micros, Format.durationText(Format.micros(micros)));
  }

  private static Html collateral(@Nullable BigInteger limit) {
    return limit == null ? Html.of("none") : Html.of("{}", limit);
  }

  private static Html until(@Nullable Long micros) {
    return micros == null ? Html.of("none") : Format.time(micros);
  }
}
