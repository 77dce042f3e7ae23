package dev.holdfast.server.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Many repositories make a bounded number of series, and nothing is missing from their sum. */
class RepositoryCollectorTest {
  private static final int COUNT = 2500;
  private static final int OWN = 1000;

  private final MemoryStore store = new MemoryStore();
  private final StateCounts states = new StateCounts();

  private Map<String, Double> series(String name) {
    Map<String, Double> found = new TreeMap<>();
    for (MetricSnapshot snapshot : new RepositoryCollector(store, states, OWN).collect()) {
      if (snapshot.getMetadata().getName().equals(name)) {
        for (var point : ((GaugeSnapshot) snapshot).getDataPoints()) {
          String state = point.getLabels().get("state");
          String repository = point.getLabels().get("repository");
          found.put(
              state == null ? String.valueOf(repository) : repository + " " + state,
              point.getValue());
        }
      }
    }
    return found;
  }

  @Test
  void theFirstHaveTheirOwnSeriesAndTheOthersAreSummedUp() {
    try (Ledger ledger = new Ledger(store, () -> 1, 100_000, new NotedWatch())) {
      ledger.start();
      for (int i = 0; i < COUNT; i++) {
        ledger.run(new CreateRepository("r%05d".formatted(i), 1000));
      }
      ledger.run(new ReserveSlot("r00000", new Slot("s", 0), 10, 0, ""));
      ledger.run(new ReserveSlot("r02499", new Slot("s", 0), 100, 0, ""));
    }
    assertTrue(series("holdfast_repository_reservations").isEmpty(), "not counted yet");
    states.countIfDue(store::countStates);
    Map<String, Double> capacity = series("holdfast_repository_capacity_bytes");
    assertEquals(OWN + 1, capacity.size());
    assertEquals(1000.0, capacity.get("r00999"));
    assertEquals(1000.0 * (COUNT - OWN), capacity.get("_other"));
    Map<String, Double> reserved = series("holdfast_repository_reserved_bytes");
    assertEquals(10.0, reserved.get("r00000"));
    assertEquals(100.0, reserved.get("_other"));
    assertEquals(
        1000.0 * (COUNT - OWN) - 100, series("holdfast_repository_available_bytes").get("_other"));
    Map<String, Double> reservations = series("holdfast_repository_reservations");
    assertEquals(2 * (OWN + 1), reservations.size());
    assertEquals(1.0, reservations.get("r00000 reserved"));
    assertEquals(1.0, reservations.get("_other reserved"));
    assertEquals(0.0, reservations.get("_other filled"));
    assertEquals(Map.of("null", (double) COUNT), series("holdfast_repositories"));
  }
}
