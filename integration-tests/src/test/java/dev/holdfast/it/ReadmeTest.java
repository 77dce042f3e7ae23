package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.SaleInProgress;
import dev.holdfast.client.SaleSteps;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.testing.process.ServerProcess;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in README is the Java that is compiled here, and it does what README says. */
class ReadmeTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Path SNIPPET =
      Path.of("src/test/java/dev/holdfast/it/ReadmeSnippet.java").toAbsolutePath();

  @TempDir Path directory = Path.of("");

  /** Every piece of a text between these marks, with its lines brought to the left. */
  private static List<String> pieces(Path file, String begin, String end) throws IOException {
    return Pattern.compile(
            Pattern.quote(begin) + "\n(.*?)\n *" + Pattern.quote(end), Pattern.DOTALL)
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(1).stripIndent())
        .toList();
  }

  @Test
  void readmeShowsWhatIsCompiledHere() throws IOException {
    List<String> compiled = pieces(SNIPPET, "// README:start", "// README:end");
    assertEquals(2, compiled.size());
    assertEquals(compiled, pieces(ROOT.resolve("README.md"), "```java", "```"));
  }

  @Test
  void itFillsASlotAndReleasesOneThatFailed() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(directory.resolve("data"), "--capacity", "1000");
        HoldfastClient client = HoldfastClient.builder(server.target()).build()) {
      Slot filled = new Slot("request", 0);
      ReadmeSnippet.fillSlot(server.target(), filled, 600, () -> {});
      assertEquals(ReservationState.FILLED, client.reservations().get(filled).state());

      assertThrows(
          IllegalStateException.class,
          () ->
              ReadmeSnippet.fillSlot(
                  server.target(),
                  new Slot("request", 1),
                  300,
                  () -> {
                    throw new IllegalStateException("the download failed");
                  }));
      ReadmeSnippet.fillSlot(server.target(), new Slot("request", 2), 401, () -> {});
      assertEquals(400, client.repositories().available("default").availableBytes());
    }
  }

  @Test
  void itSellsASlotAndWatches() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(directory.resolve("data"), "--capacity", "1000");
        HoldfastClient client = HoldfastClient.builder(server.target()).build()) {
      var unused = client.sales().putOffer(Offer.of("o", BigInteger.TEN));
      var request = new StorageRequest("r", 1, 600, Duration.ofHours(1), BigInteger.TEN);
      BlockingQueue<Event> told = new LinkedBlockingQueue<>();
      EventSubscription watch =
          ReadmeSnippet.sell(client, request, new NoSteps(), 1, new Teller(told));
      assertInstanceOf(Event.Reserved.class, told.poll(30, TimeUnit.SECONDS));
      assertInstanceOf(Event.Filled.class, told.poll(30, TimeUnit.SECONDS));
      watch.close();
      assertEquals(400, client.repositories().available("default").availableBytes());
    }
  }

  private static final class NoSteps implements SaleSteps<RuntimeException> {
    @Override
    public void prepare(SaleInProgress sale) {}

    @Override
    public void submit(SaleInProgress sale) {}
  }

  private record Teller(BlockingQueue<Event> told) implements EventListener {
    @Override
    public void onEvent(Event event) {
      told.add(event);
    }

    @Override
    public void onError(Throwable error) {
      throw new AssertionError(error);
    }
  }
}
