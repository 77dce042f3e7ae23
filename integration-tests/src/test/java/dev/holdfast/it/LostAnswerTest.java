package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.model.Availability;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.model.UnassignedSpace;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.OperationResult;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.process.Relay;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The connection breaks after the commit and before the answer. The SDK sends the change again by
 * itself, and it is made once.
 */
class LostAnswerTest {
  private static final Slot SLOT = new Slot("lost", 3);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private Relay relay;

  /** Through the relay. */
  private HoldfastClient client;

  /** Past it. */
  private HoldfastClient witness;

  private String repository;

  @BeforeEach
  void connect() throws IOException {
    relay = new Relay(SERVER.server().target());
    client = HoldfastClient.builder(relay.target()).build();
    witness = HoldfastClient.builder(SERVER.server().target()).build();
    repository = SERVER.newRepository(1000);
  }

  @AfterEach
  void disconnect() throws IOException {
    client.close();
    witness.close();
    relay.close();
  }

  @Test
  void reserveSlot() throws Exception {
    SlotReserved answer =
        afterLosingTheAnswer(1, () -> client.reservations().reserveSlotAsync(reserving(100)));

    assertEquals(witness.reservations().get(repository, SLOT), answer.reservation());
    assertEquals(900, answer.availableBytes());
  }

  @Test
  void fillSlot() throws Exception {
    Reservation reserved = reserve(100);
    Reservation answer =
        afterLosingTheAnswer(1, () -> client.reservations().fillSlotAsync(FillSlot.of(reserved)));

    assertEquals(ReservationState.FILLED, answer.state());
    assertEquals(reserved.generation(), answer.generation());
    assertEquals(witness.reservations().get(repository, SLOT), answer);
  }

  @Test
  void releaseSlot() throws Exception {
    Reservation reserved = reserve(100);
    SlotReleased answer =
        afterLosingTheAnswer(
            1,
            () -> client.reservations().releaseSlotAsync(reserved, ReleaseReason.ATTEMPT_FAILED));

    assertEquals(100, answer.releasedBytes());
    assertFalse(answer.alreadyReleased(), "what this operation released, it released");
    assertEquals(1000, witness.repositories().available(repository).availableBytes());
  }

  @Test
  void endRequest() throws Exception {
    Reservation reserved = reserve(100);
    RequestEnded answer =
        afterLosingTheAnswer(
            1,
            () ->
                client
                    .reservations()
                    .endRequestAsync(
                        EndRequest.of(reserved.slot().requestId()).withRepositoryId(repository)));

    assertEquals(1, answer.releasedCount());
    assertEquals(100, answer.releasedBytes());
    assertEquals(1000, witness.repositories().available(repository).availableBytes());
  }

  @Test
  void reserveAndReleaseOfUnassignedBytes() throws Exception {
    UnassignedSpace reserved =
        afterLosingTheAnswer(1, () -> client.repositories().reserveAsync(repository, 100));
    assertEquals(100, reserved.unassignedBytes());

    UnassignedSpace released =
        afterLosingTheAnswer(1, () -> client.repositories().releaseAsync(repository, 30));
    assertEquals(70, released.unassignedBytes());
    assertEquals(930, witness.repositories().available(repository).availableBytes());
  }

  @Test
  void apply() throws Exception {
    Reservation reserved = reserve(100);
    Slot other = new Slot("lost", 4);
    Apply apply =
        Apply.of(
                FillSlot.of(reserved),
                ReserveSlot.of(other, 200).withRepositoryId(repository),
                EndRequest.of("nothing").withRepositoryId(repository))
            .withRepositoryId(repository);
    List<OperationResult> results =
        afterLosingTheAnswer(2, () -> client.reservations().applyAsync(apply));

    assertEquals(3, results.size());
    assertTrue(
        results.get(0) instanceof OperationResult.SlotFilled filled
            && filled.reservation().equals(witness.reservations().get(repository, SLOT)));
    assertTrue(
        results.get(1) instanceof SlotReserved second
            && second.reservation().equals(witness.reservations().get(repository, other)));
    assertTrue(results.get(2) instanceof RequestEnded ended && ended.releasedCount() == 0);
  }

  private ReserveSlot reserving(long amountBytes) {
    return ReserveSlot.of(SLOT, amountBytes).withRepositoryId(repository);
  }

  private Reservation reserve(long amountBytes) {
    return witness.reservations().reserveSlot(reserving(amountBytes)).reservation();
  }

  private interface Sending<T> {
    CompletableFuture<T> send();
  }

  /**
   * Sends a change, loses its answer once it is committed, and answers what the SDK says then.
   *
   * @param changes how many changes it makes to the books
   */
  private <T> T afterLosingTheAnswer(int changes, Sending<T> change) throws Exception {
    // A call beforehand, so that the connection stands and only the answer is lost.
    Availability before = client.repositories().available(repository);
    int connections = relay.connections();
    relay.swallowAnswers();
    CompletableFuture<T> answer = change.send();
    Poll.until(
        "the change is committed",
        () -> witness.repositories().available(repository).revision() > before.revision());
    assertFalse(answer.isDone(), "the answer was to be lost");
    relay.cut();

    T value = answer.get(30, TimeUnit.SECONDS);
    assertEquals(connections + 1, relay.connections(), "the answer came over a new connection");
    assertEquals(
        before.revision() + changes, witness.repositories().available(repository).revision());
    assertTrue(witness.repositories().verify(repository).consistent());
    return value;
  }
}
