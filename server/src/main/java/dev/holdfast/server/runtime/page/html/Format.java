package dev.holdfast.server.runtime.page.html;

import dev.holdfast.server.flags.SizeText;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Spells numbers and times for people; the exact value stays in an attribute. */
public final class Format {
  private Format() {}

  /** Returns a size, with its bytes in the attribute {@code value}. */
  public static Html size(long bytes) {
    return Html.of(
        "<data value=\"{}\" title=\"{} bytes\">{}</data>", bytes, bytes, SizeText.of(bytes));
  }

  /** Returns a limit in bytes, of which 0 means none. */
  public static Html limit(long bytes) {
    return bytes == 0 ? Html.of("none") : size(bytes);
  }

  /** Returns a number with its thousands separated. */
  public static Html count(long number) {
    return Html.of(
        "<data value=\"{}\">{}</data>", number, String.format(Locale.ROOT, "%,d", number));
  }

  /** Returns a time in ISO 8601, in UTC and whole seconds. */
  public static Html time(long micros) {
    Instant time = instant(micros);
    return Html.of(
        "<time datetime=\"{}\">{}</time>",
        time,
        time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' '));
  }

  /** Returns how long ago a time was, or how far in the future it is, with the time itself. */
  public static Html distance(long micros, Instant now) {
    Instant time = instant(micros);
    Duration distance = Duration.between(time, now);
    String text =
        distance.isNegative()
            ? "in " + durationText(distance.negated())
            : durationText(distance) + " ago";
    return Html.of("<time datetime=\"{}\" title=\"{}\">{}</time>", time, time, text);
  }

  /** Returns whether a time is before now. */
  public static boolean isPast(long micros, Instant now) {
    return instant(micros).isBefore(now);
  }

  /** Returns a duration in its largest unit, for example {@code 3 d}. */
  public static String durationText(Duration duration) {
    if (duration.toDays() > 0) {
      return duration.toDays() + " d";
    } else if (duration.toHours() > 0) {
      return duration.toHours() + " h";
    } else if (duration.toMinutes() > 0) {
      return duration.toMinutes() + " min";
    }
    return duration.toSeconds() + " s";
  }

  public static Duration micros(long micros) {
    return Duration.of(micros, ChronoUnit.MICROS);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
