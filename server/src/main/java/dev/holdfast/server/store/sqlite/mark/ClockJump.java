package dev.holdfast.server.store.sqlite.mark;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Detects at a start that the clock is wrong, or may be wrong. */
final class ClockJump {
  /** The largest difference by which clocks are adjusted automatically. */
  private static final long SLACK_MICROS = 5_000_000;

  /** The longest stop of a server in normal operation. */
  private static final long LONG_STOP_MICROS = 86_400_000_000L;

  private static final String RETENTION =
      "; --retention is unaffected, because it counts only the time in which a server serves";

  private ClockJump() {}

  /**
   * Returns a warning in one line; null for none.
   *
   * @param beforeMicros the last time at which a server served the ledger, in microseconds since
   *     the epoch
   * @param nowMicros the current time, in microseconds since the epoch
   */
  static @Nullable String between(long beforeMicros, long nowMicros) {
    String times =
        "the clock says "
            + time(nowMicros)
            + ", and this ledger was served until "
            + time(beforeMicros);
    if (nowMicros < beforeMicros - SLACK_MICROS) {
      return times + ": the clock was set back, or is wrong" + RETENTION;
    } else if (nowMicros > beforeMicros + LONG_STOP_MICROS) {
      return times
          + ": either the server was stopped all that time, or the clock was set"
          + RETENTION;
    }
    return null;
  }

  private static Instant time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
