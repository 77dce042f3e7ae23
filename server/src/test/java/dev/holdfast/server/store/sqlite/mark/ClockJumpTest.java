package dev.holdfast.server.store.sqlite.mark;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClockJumpTest {
  private static final Instant BEFORE = Instant.parse("2026-05-01T12:00:00Z");
  private static final long SECOND = 1_000_000;
  private static final long DAY = 86_400 * SECOND;

  private static @Nullable String between(long byMicros) {
    long before = ChronoUnit.MICROS.between(Instant.EPOCH, BEFORE);
    return ClockJump.between(before, before + byMicros);
  }

  @Test
  void whatServersUsuallyFindIsNotTold() {
    for (long by : List.of(-4 * SECOND, 0L, 4 * SECOND, DAY)) {
      assertNull(between(by), "by " + by);
    }
  }

  @Test
  void aClockThatGoesBackIsToldWithBothTimes() {
    for (long days : List.of(1L, 30L, 365L)) {
      String told = Objects.requireNonNull(between(-days * DAY));
      assertTrue(told.contains("set back"), told);
      assertTrue(told.contains(BEFORE.toString()), told);
      assertTrue(told.contains(BEFORE.minus(days, ChronoUnit.DAYS).toString()), told);
      assertTrue(told.contains("--retention"), told);
    }
  }

  @Test
  void aLongStopIsToldWithBothTimes() {
    String told = Objects.requireNonNull(between(30 * DAY));
    assertTrue(
        told.contains("either the server was stopped all that time, or the clock was set"), told);
    assertTrue(told.contains(BEFORE.toString()), told);
    assertTrue(told.contains(BEFORE.plus(30, ChronoUnit.DAYS).toString()), told);
    assertTrue(told.contains("--retention"), told);
  }
}
