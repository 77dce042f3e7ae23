package dev.holdfast.server.operator;

import dev.holdfast.client.model.Slot;
import dev.holdfast.server.flags.SizeText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Spells values for a person. */
final class Text {
  static final String NONE = "-";

  private Text() {}

  /** Returns a size with three significant digits, for example {@code 1.50 TiB}. */
  static String size(long bytes) {
    return SizeText.of(bytes);
  }

  /** Returns a limit in bytes, of which 0 means none. */
  static String limit(long bytes) {
    return bytes == 0 ? NONE : size(bytes);
  }

  /** Returns a time in ISO 8601, in UTC and whole seconds. */
  static String time(@Nullable Instant time) {
    return time == null ? NONE : time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Returns a duration with its two largest units, for example {@code 3d 4h}. */
  static String duration(@Nullable Duration duration) {
    if (duration == null) {
      return NONE;
    }
    long[] amounts = {
      duration.toDays(), duration.toHoursPart(), duration.toMinutesPart(), duration.toSecondsPart()
    };
    String units = "dhms";
    for (int i = 0; i < amounts.length; i++) {
      if (amounts[i] != 0) {
        String first = "" + amounts[i] + units.charAt(i);
        boolean more = i + 1 < amounts.length && amounts[i + 1] != 0;
        return more ? first + " " + amounts[i + 1] + units.charAt(i + 1) : first;
      }
    }
    return "0s";
  }

  /** Returns a slot as {@code REQUEST/INDEX}, as the commands take it. */
  static String slot(Slot slot) {
    return slot.requestId() + "/" + Long.toUnsignedString(slot.slotIndex());
  }

  static String orNone(String text) {
    return text.isEmpty() ? NONE : text;
  }
}
