package dev.holdfast.server.store.sqlite.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.view.DiskSpace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Tests the samples of the free space. */
class LowWaterTest {
  private final AtomicLong freeBytes = new AtomicLong(LowWater.BYTES);
  private final List<DiskSpace> samples = new ArrayList<>();

  @Test
  void isShortBelowTheMarkAndRecovers() {
    LowWater task = new LowWater(Path.of("data"), samples::add, path -> freeBytes.get());
    for (long bytes : new long[] {LowWater.BYTES, LowWater.BYTES - 1, 0, LowWater.BYTES}) {
      freeBytes.set(bytes);
      task.run();
    }
    assertEquals(
        List.of(false, true, true, false), samples.stream().map(DiskSpace::isShort).toList());
    assertEquals(new DiskSpace(LowWater.BYTES - 1, LowWater.BYTES), samples.get(1));
  }

  @Test
  void readsTheRealDisk() {
    new LowWater(Path.of("").toAbsolutePath(), samples::add).run();
    assertTrue(samples.get(0).freeBytes() > 0, samples::toString);
    assertFalse(DiskSpace.UNLIMITED.isShort());
  }
}
