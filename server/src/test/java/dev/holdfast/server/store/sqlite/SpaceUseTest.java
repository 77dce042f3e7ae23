package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the sums of filled reservations, of which some are rows and some are in the memtable. */
class SpaceUseTest {
  private static final int MEMTABLE = 4;
  private static final int SLOTS = 40;

  @TempDir Path directory = Path.of("");

  private long now = 1000;

  private void run(SqliteStore store, Command... commands) {
    StoreRunner.run(store, List.of(commands), ++now);
  }

  @Test
  void filledBytesAreThoseOfTheFilledReservations() {
    try (SqliteStore store =
        SqliteStore.open(directory.resolve("holdfast.db"), ReleaseIndex.Limits.DEFAULT, MEMTABLE)) {
      run(store, new CreateRepository("one", 10_000), new CreateRepository("two", 10_000));
      run(store, new ReserveUnassigned("one", 7, ""));
      long filledBytes = 0;
      for (int i = 0; i < SLOTS; i++) {
        Slot slot = new Slot("request", i);
        run(store, new ReserveSlot("one", slot, 10 + i, 0, ""));
        if (i % 3 == 0) {
          run(store, new FillSlot("one", slot, 0, ""));
          filledBytes += 10 + i;
        }
        run(store, new ReserveSlot("two", slot, 1, 0, ""), new FillSlot("two", slot, 0, ""));
      }
      run(
          store,
          new ReleaseSlot("one", new Slot("request", 0), 0, ReleaseReason.REQUEST_ENDED, ""));
      filledBytes -= 10;

      List<SpaceUse> uses = store.spaceUse(List.of("one", "none", "two"));
      assertEquals(2, uses.size());
      SpaceUse one = uses.get(0);
      assertEquals(Objects.requireNonNull(store.repository("one")), one.repository());
      assertEquals(filledBytes, one.filledBytes());
      assertEquals(one.repository().reservedBytes(), 7 + one.filledBytes() + one.unfilledBytes());
      assertEquals(SLOTS, uses.get(1).filledBytes());
      assertEquals(0, uses.get(1).unfilledBytes());
    }
  }
}
