package dev.holdfast.server.store.sqlite.mark;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** What the clock tells at a start that cannot be right, or may not be. */
final class ClockJump {
  /** Clocks are set by so little without anybody's doing. */
  private static final long SLACK_MICROS = 5_000_000;

  /** A server that is cared for is not stopped for longer. */
  private static final long LONG_STOP_MICROS = 86_400_000_000L;

  private static final String RETENTION =
      "; nothing of that counts for --retention, which counts the time in which a server serves";

  private ClockJump() {}

  /**
   * What a person should know, in one line; null for nothing.
   *
   * @param beforeMicros when the ledger was served last, in microseconds since the epoch
   * @param nowMicros the time now
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
      return times + ": either it was stopped for so long, or the clock was set" + RETENTION;
    }
    return null;
  }

  private static Instant time(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
