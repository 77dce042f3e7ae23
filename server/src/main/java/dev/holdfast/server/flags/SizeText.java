package dev.holdfast.server.flags;

import java.util.Locale;

/** Spells sizes for people. */
public final class SizeText {
  private static final String PREFIXES = "KMGTPE";
  private static final int STEP = 1024;

  private SizeText() {}

  /** Returns a size with three significant digits, for example {@code 1.50 TiB}. */
  public static String of(long bytes) {
    if (bytes < STEP) {
      return bytes + " B";
    }
    double value = bytes;
    int power = 0;
    // 999.5 would be rounded to four digits.
    while (value >= 999.5 && power < PREFIXES.length()) {
      value /= STEP;
      power++;
    }
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return String.format(
        Locale.ROOT, "%." + decimals + "f %siB", value, PREFIXES.charAt(power - 1));
  }
}
