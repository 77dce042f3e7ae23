package dev.holdfast.server.operator;

import static dev.holdfast.server.operator.Listing.Column.number;
import static dev.holdfast.server.operator.Listing.Column.text;

import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.requests.ListReservations;
import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code holdfast reservations}. */
@Command(
    name = "reservations",
    description = "Prints the reservations of a repository by slot, page by page.")
public final class ReservationsCommand extends ServerCommand {
  private static final int PAGE_SIZE = 1000;

  private static final List<Listing.Column<Reservation>> COLUMNS =
      List.of(
          text("SLOT", reservation -> Text.slot(reservation.slot())),
          text("STATE", reservation -> reservation.state().name()),
          number("SIZE", reservation -> Text.size(reservation.amountBytes())),
          number("GENERATION", reservation -> Long.toString(reservation.generation())),
          text("CREATED", reservation -> Text.time(reservation.createTime())),
          text("LEASE UNTIL", reservation -> Text.time(reservation.leaseExpireTime())),
          text("FILLED", reservation -> Text.time(reservation.fillTime())),
          text("OFFER", reservation -> Text.orNone(reservation.offerId())));

  @CommandLineOnly
  @Option(
      names = "--request",
      paramLabel = "REQUEST",
      description = "Only the slots of this storage request.")
  private String requestId = "";

  @Option(
      names = "--state",
      paramLabel = "STATE",
      converter = State.class,
      description = "Only reservations in this state: reserved or filled.")
  private @Nullable ReservationState state;

  @Option(
      names = "--older-than",
      paramLabel = "DURATION",
      converter = DurationFlag.class,
      description = "Only reservations made longer ago than this, by the clock of this machine.")
  private @Nullable Duration olderThan;

  @Option(
      names = "--limit",
      paramLabel = "NUMBER",
      description = "Prints at most this number of reservations.")
  private long limit = Long.MAX_VALUE;

  /** Converts {@code reserved} and {@code filled}. */
  static final class State implements ITypeConverter<ReservationState> {
    @Override
    public ReservationState convert(String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "reserved" -> ReservationState.RESERVED;
        case "filled" -> ReservationState.FILLED;
        default ->
            throw new TypeConversionException(
                "'" + value + "' is not the state of a reservation; use reserved or filled");
      };
    }
  }

  @Override
  int run(Session session) {
    if (limit <= 0) {
      throw wrong("--limit " + limit + " prints nothing; use for example 100");
    }
    Listing<Reservation> listing =
        new Listing<>(session.out(), connection().json(), COLUMNS, Json::reservation);
    Instant newest = olderThan == null ? Instant.MAX : Instant.now().minus(olderThan);
    long left = limit;
    ListReservations query = query();
    while (true) {
      Page<Reservation> page = session.client().reservations().list(query);
      for (Reservation reservation : page.items()) {
        if (left > 0 && reservation.createTime().isBefore(newest)) {
          listing.add(reservation);
          left--;
        }
      }
      listing.flush();
      if (left == 0 || page.nextPageToken().isEmpty()) {
        return ExitCode.OK;
      }
      query = query.withPageToken(page.nextPageToken());
    }
  }

  private ListReservations query() {
    ListReservations query =
        ListReservations.all()
            .withRepositoryId(connection().repositoryId())
            .withRequestId(requestId)
            .withPageSize(PAGE_SIZE);
    return state == null ? query : query.withState(state);
  }
}
