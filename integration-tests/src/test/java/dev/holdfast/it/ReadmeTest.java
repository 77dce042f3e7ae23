package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.ReservationState;
import dev.holdfast.client.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in README is the Java that is compiled here, and it does what README says. */
class ReadmeTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Path SNIPPET =
      Path.of("src/test/java/dev/holdfast/it/ReadmeSnippet.java").toAbsolutePath();

  @TempDir Path directory = Path.of("");

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    return text.substring(from, text.indexOf(end, from));
  }

  @Test
  void readmeShowsWhatIsCompiledHere() throws IOException {
    String shown = between(Files.readString(ROOT.resolve("README.md")), "```java\n", "```");
    String compiled = between(Files.readString(SNIPPET), "// README:start\n", "    // README:end");
    assertEquals(compiled.stripTrailing().stripIndent() + "\n", shown);
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
}
