package dev.holdfast.server.operator;

import static dev.holdfast.server.operator.Listing.Column.number;
import static dev.holdfast.server.operator.Listing.Column.text;

import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.requests.ListOffers;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code holdfast offers}. */
@Command(
    name = "offers",
    description = "Prints the offers of a repository, and how much they sold.")
public final class OffersCommand extends ServerCommand {
  private static final int PAGE_SIZE = 1000;

  private static final List<Listing.Column<Offer>> COLUMNS =
      List.of(
          text("OFFER", Offer::offerId),
          text("ENABLED", offer -> offer.enabled() ? "yes" : "no"),
          number("TOTAL", offer -> Text.limit(offer.totalBytes())),
          number("SOLD", offer -> Text.size(offer.soldBytes())),
          number("MIN SLOT", offer -> Text.limit(offer.minSlotBytes())),
          number("MAX SLOT", offer -> Text.limit(offer.maxSlotBytes())),
          text("MAX DURATION", offer -> Text.duration(offer.maxDuration())),
          number("MIN PRICE", offer -> offer.minPricePerBytePerSecond().toString()),
          number("MAX COLLATERAL", offer -> collateral(offer.maxCollateralPerByte())),
          text("UNTIL", offer -> Text.time(offer.until())));

  private static String collateral(@Nullable BigInteger limit) {
    return limit == null ? Text.NONE : limit.toString();
  }

  @Override
  int run(Session session) {
    Listing<Offer> listing =
        new Listing<>(session.out(), connection().json(), COLUMNS, Json::offer);
    ListOffers query =
        ListOffers.all().withRepositoryId(connection().repositoryId()).withPageSize(PAGE_SIZE);
    while (true) {
      Page<Offer> page = session.client().sales().listOffers(query);
      page.items().forEach(listing::add);
      listing.flush();
      if (page.nextPageToken().isEmpty()) {
        return ExitCode.OK;
      }
      query = query.withPageToken(page.nextPageToken());
    }
  }
}
