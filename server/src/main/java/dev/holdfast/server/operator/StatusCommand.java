package dev.holdfast.server.operator;

import static dev.holdfast.server.operator.Listing.Column.number;
import static dev.holdfast.server.operator.Listing.Column.text;

import com.google.gson.JsonObject;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.requests.ListOffers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;

/** {@code holdfast status}. */
@Command(
    name = "status",
    description =
        "Prints whether the server serves, and the space of each repository. With --json, the first"
            + " line is about the server, and each further line about a repository.")
public final class StatusCommand extends ServerCommand {
  private static final int REPOSITORIES_PER_PAGE = 100;
  private static final int OFFERS_PER_PAGE = 1000;

  /** A repository and the number of its offers. */
  private record Row(Repository repository, long offerCount) {}

  private static final List<Listing.Column<Row>> COLUMNS =
      List.of(
          text("REPOSITORY", row -> row.repository().repositoryId()),
          number("CAPACITY", row -> Text.size(row.repository().capacityBytes())),
          number("RESERVED", row -> Text.size(row.repository().reservedBytes())),
          number("UNASSIGNED", row -> Text.size(row.repository().unassignedBytes())),
          number("FREE", row -> Text.size(row.repository().availableBytes())),
          number("RESERVATIONS", row -> Long.toString(row.repository().reservationCount())),
          number("OFFERS", row -> Long.toString(row.offerCount())),
          number("REVISION", row -> Long.toString(row.repository().revision())));

  @Override
  int run(Session session) {
    String health = session.health();
    Output out = session.out();
    if (connection().json()) {
      JsonObject server = new JsonObject();
      server.addProperty("server", connection().server());
      server.addProperty("health", health);
      out.line(Json.text(server));
    } else {
      out.line("server " + connection().server() + ": " + health);
    }
    out.flush();
    printRepositories(
        session.client(), new Listing<>(out, connection().json(), COLUMNS, StatusCommand::json));
    return health.equals(Health.SERVING) ? ExitCode.OK : ExitCode.UNAVAILABLE;
  }

  private void printRepositories(HoldfastClient client, Listing<Row> listing) {
    String repositoryId = connection().repositoryId();
    if (!repositoryId.isEmpty()) {
      print(client, List.of(client.repositories().get(repositoryId)), listing);
      return;
    }
    String token = "";
    do {
      Page<Repository> page = client.repositories().list(REPOSITORIES_PER_PAGE, token);
      print(client, page.items(), listing);
      token = page.nextPageToken();
    } while (!token.isEmpty());
  }

  /** Prints a page of repositories, whose offers it counts at the same time. */
  private static void print(
      HoldfastClient client, List<Repository> repositories, Listing<Row> listing) {
    List<CompletableFuture<Page<Offer>>> offers =
        repositories.stream()
            .map(repository -> client.sales().listOffersAsync(firstOffers(repository)))
            .toList();
    for (int i = 0; i < repositories.size(); i++) {
      Repository repository = repositories.get(i);
      listing.add(new Row(repository, offerCount(client, repository, await(offers.get(i)))));
    }
    listing.flush();
  }

  private static ListOffers firstOffers(Repository repository) {
    return ListOffers.all()
        .withRepositoryId(repository.repositoryId())
        .withPageSize(OFFERS_PER_PAGE);
  }

  private static long offerCount(HoldfastClient client, Repository repository, Page<Offer> first) {
    Page<Offer> page = first;
    long count = page.items().size();
    while (!page.nextPageToken().isEmpty()) {
      page = client.sales().listOffers(firstOffers(repository).withPageToken(page.nextPageToken()));
      count += page.items().size();
    }
    return count;
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static JsonObject json(Row row) {
    JsonObject json = Json.repository(row.repository());
    Json.number(json, "offerCount", row.offerCount());
    return json;
  }
}
