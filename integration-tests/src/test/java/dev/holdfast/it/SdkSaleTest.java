package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.Sale;
import dev.holdfast.client.SaleInProgress;
import dev.holdfast.client.SaleSteps;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.process.Relay;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The SDK's sale of a slot against a server, with its connection broken after each commit and
 * before the answer: what the ledger holds in the end is what the sale says.
 */
class SdkSaleTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private Relay relay;

  /** Through the relay. */
  private HoldfastClient client;

  /** Past it. */
  private HoldfastClient witness;

  private String repository;
  private SellSlot change;

  @BeforeEach
  void connect() throws IOException {
    relay = new Relay(SERVER.server().target());
    client = HoldfastClient.builder(relay.target()).build();
    witness = HoldfastClient.builder(SERVER.server().target()).build();
    repository = SERVER.newRepository(1000);
    var unused = witness.sales().putOffer(repository, Offer.of("o", BigInteger.TEN));
    change =
        SellSlot.of(new StorageRequest("request", 3, 100, Duration.ofHours(1), BigInteger.TEN))
            .withRepositoryId(repository)
            .withLease(Duration.ofMinutes(1));
  }

  @AfterEach
  void disconnect() throws IOException {
    executor.shutdownNow();
    client.close();
    witness.close();
    relay.close();
  }

  @Test
  void theAnswerToTheSaleIsLost() throws Exception {
    long revision = connected();
    relay.swallowAnswers();
    assertFilled(cutAfterTheNextChange(revision, sale().runAsync(new Steps(), executor)));
  }

  @Test
  void theAnswerToTheFillIsLost() throws Exception {
    CompletableFuture<Long> atSubmit = new CompletableFuture<>();
    Steps steps = new Steps();
    steps.submit =
        () -> {
          atSubmit.complete(connected());
          relay.swallowAnswers();
        };
    var running = sale().runAsync(steps, executor);
    assertFilled(cutAfterTheNextChange(atSubmit.get(30, TimeUnit.SECONDS), running));
  }

  @Test
  void theAnswerToTheReleaseIsLost() throws Exception {
    CompletableFuture<Long> atFailure = new CompletableFuture<>();
    IOException failure = new IOException("the download failed");
    Steps steps = new Steps();
    steps.prepare =
        () -> {
          atFailure.complete(connected());
          relay.swallowAnswers();
          throw failure;
        };
    var running = sale().runAsync(steps, executor);
    var released = cutAfterTheNextChange(atFailure.get(30, TimeUnit.SECONDS), running);
    var e = assertThrows(ExecutionException.class, () -> released.get(30, TimeUnit.SECONDS));
    assertSame(failure, e.getCause());
    assertEquals(0, failure.getSuppressed().length);
    assertHeld(0);
  }

  @Test
  void aCancelledSaleIsReleased() throws Exception {
    CompletableFuture<Boolean> preparing = new CompletableFuture<>();
    Steps steps = new Steps();
    steps.prepare =
        () -> {
          preparing.complete(true);
          new CompletableFuture<Boolean>().get();
        };
    var running = sale().runAsync(steps, executor);
    assertTrue(preparing.get(30, TimeUnit.SECONDS));
    assertTrue(running.cancel(true));
    // The release ran on this thread.
    assertFalse(executor.submit(() -> Thread.currentThread().isInterrupted()).get());
    assertHeld(0);
  }

  @Test
  void theSameSaleRunAgainGoesOnWithItsSlot() throws Exception {
    Reservation first =
        assertInstanceOf(SaleResult.Sold.class, witness.sales().sellSlot(change)).reservation();
    SaleResult.Sold again = assertInstanceOf(SaleResult.Sold.class, sale().run(new Steps()));
    assertEquals(first.generation(), again.reservation().generation());
    assertHeld(100);
    Steps none = new Steps();
    none.prepare =
        () -> {
          throw new AssertionError("it is filled already");
        };
    assertEquals(again.reservation(), ((SaleResult.Sold) sale().run(none)).reservation());
  }

  private Sale sale() {
    return client.saleOf(change);
  }

  /** Sees to it that the connection stands, so that only answers can be lost. */
  private long connected() {
    return client.repositories().available(repository).revision();
  }

  private <T> CompletableFuture<T> cutAfterTheNextChange(
      long revision, CompletableFuture<T> running) throws Exception {
    Poll.until(
        "the change is committed",
        () -> witness.repositories().available(repository).revision() > revision);
    assertFalse(running.isDone(), "the answer was to be lost");
    relay.cut();
    return running;
  }

  private void assertFilled(CompletableFuture<SaleResult> running) throws Exception {
    Reservation filled =
        assertInstanceOf(SaleResult.Sold.class, running.get(30, TimeUnit.SECONDS)).reservation();
    assertEquals(ReservationState.FILLED, filled.state());
    assertEquals(filled, witness.reservations().get(repository, filled.slot()));
    assertHeld(100);
  }

  private void assertHeld(long bytes) {
    assertEquals(bytes, witness.repositories().available(repository).reservedBytes());
    assertEquals(bytes, witness.sales().getOffer(repository, "o").soldBytes());
    assertTrue(witness.repositories().verify(repository).consistent());
  }

  private interface Step {
    void run() throws Exception;
  }

  private static final class Steps implements SaleSteps<Exception> {
    private Step prepare = () -> {};
    private Step submit = () -> {};

    @Override
    public void prepare(SaleInProgress sale) throws Exception {
      prepare.run();
    }

    @Override
    public void submit(SaleInProgress sale) throws Exception {
      submit.run();
    }
  }
}
