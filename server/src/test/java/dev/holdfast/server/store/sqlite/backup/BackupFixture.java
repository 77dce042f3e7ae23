package dev.holdfast.server.store.sqlite.backup;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Data directories as a server leaves them, stopped or killed. */
final class BackupFixture {
  static final String REPOSITORY = "default";
  static final int RESERVATIONS = 300;
  static final BackupProgress SILENT = (phase, done, total) -> {};

  private BackupFixture() {}

  /** Makes a data directory as a clean stop leaves it: without a WAL. */
  static Path stopped(Path dataDir) throws IOException {
    serve(dataDir, dataDir);
    return dataDir;
  }

  /** Makes a data directory as a kill leaves it: nearly everything is in the WAL. */
  static Path killed(Path dataDir) throws IOException {
    serve(dataDir.resolveSibling(dataDir.getFileName() + "-living"), dataDir);
    return dataDir;
  }

  private static void serve(Path living, Path copy) throws IOException {
    try (DataDirectory data = DataDirectory.hold(living, "test")) {
      HighWaterMark.check(data);
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark = HighWaterMark.keep(data, store, BackupFixture::thrown, () -> 1)) {
        assertNotNull(mark);
        StoreRunner.run(
            store,
            List.of(
                new CreateRepository(REPOSITORY, 100_000),
                new CreateRepository("cold", 10),
                new PutValue(REPOSITORY, "key", new Value(new byte[5000]), null)),
            1);
        for (int i = 0; i < RESERVATIONS; i++) {
          reserve(store, i);
        }
        if (!living.equals(copy)) {
          Files.createDirectories(copy);
          for (String name : List.of("holdfast.db", "holdfast.db-wal", "holdfast.mark")) {
            Files.copy(living.resolve(name), copy.resolve(name));
          }
        }
      }
    }
  }

  private static void thrown(StoreException e) {
    throw e;
  }

  /** Reserves a slot, and returns its generation. */
  static long reserve(SqliteStore store, int index) {
    Outcome outcome =
        StoreRunner.run(
                store, List.of(new ReserveSlot(REPOSITORY, new Slot("r", index), 1, 0, "")), 2)
            .get(0);
    return assertInstanceOf(Outcome.ReservationDone.class, outcome).reservation().generation();
  }

  /** Returns the names and contents of all files below a directory; empty if there is none. */
  static Map<String, Integer> contents(Path directory) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    if (!Files.exists(directory)) {
      return contents;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
