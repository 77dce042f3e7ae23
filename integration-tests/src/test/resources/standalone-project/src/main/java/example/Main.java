package example;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.Reservations;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.ListReservations;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.OperationResult;
import java.nio.file.Path;
import java.time.Duration;

/** Goes once through what the SDK does, against the server and in the new repository that are named. */
public final class Main {
  private Main() {}

  public static void main(String[] args) throws Exception {
    String repository = args[1];
    try (HoldfastClient client = HoldfastClient.builder(args[0]).build()) {
      client.repositories().create(repository, 1_000);
      Reservations reservations = client.reservations();
      ReserveSlot reserve =
          ReserveSlot.of(new Slot("request", 3), 600)
              .withRepositoryId(repository)
              .withLease(Duration.ofMinutes(1));
      Reservation reservation = reservations.reserveSlot(reserve).reservation();
      check(reservation.equals(reservations.reserveSlot(reserve).reservation()), "sent again");
      reservations.renewLease(reservation, Duration.ofMinutes(2));
      reservation = reservations.fillSlotAsync(reservation).get();
      check(reservation.state() == ReservationState.FILLED, "filled");
      try {
        reservations.reserveSlot(
            ReserveSlot.of(new Slot("request", 4), 401).withRepositoryId(repository));
        throw new AssertionError("oversold");
      } catch (InsufficientStorageException e) {
        check(e.requestedBytes() == 401 && e.availableBytes() == 400, e.getMessage());
      }
      long listed =
          reservations.listAll(ListReservations.all().withRepositoryId(repository)).count();
      check(listed == 1, "listed");
      OperationResult ended =
          reservations
              .apply(Apply.of(EndRequest.of("request")).withRepositoryId(repository))
              .get(0);
      check(client.repositories().available(repository).availableBytes() == 1_000, "" + ended);
      check(client.repositories().verify(repository).consistent(), "verified");
      client.repositories().delete(repository);
    }
    System.out.println("done with " + jarOf("com.google.protobuf.Message"));
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static Path jarOf(String type) throws Exception {
    return Path.of(
            Class.forName(type).getProtectionDomain().getCodeSource().getLocation().toURI())
        .getFileName();
  }
}
