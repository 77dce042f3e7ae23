package dev.holdfast.server.runtime;

import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the values of flags mean. */
final class FlagConverters {
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(?:([kmgtpe])(i)?b?|b)?", Pattern.CASE_INSENSITIVE);
  private static final String SIZE_PREFIXES = "kmgtpe";
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1),
          "d", Duration.ofDays(1));
  private static final Pattern ADDRESS = Pattern.compile("(\\[[^\\]]+\\]|[^:\\[\\]]+):(\\d{1,5})");

  private FlagConverters() {}

  /** {@code 1TiB}, {@code 500GB}, plain bytes. */
  static final class Size implements ITypeConverter<Long> {
    @Override
    public Long convert(String word) {
      Matcher matcher = SIZE.matcher(word);
      if (matcher.matches()) {
        String prefix = matcher.group(2);
        int power = prefix == null ? 0 : SIZE_PREFIXES.indexOf(prefix.toLowerCase(Locale.ROOT)) + 1;
        long base = matcher.group(3) == null ? 1000 : 1024;
        BigDecimal bytes =
            new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(base).pow(power));
        try {
          long exact = bytes.longValueExact();
          if (exact > 0) {
            return exact;
          }
        } catch (ArithmeticException e) {
          throw new TypeConversionException(
              "'" + word + "' is no whole number of bytes below 2^63");
        }
      }
      throw new TypeConversionException(
          "'" + word + "' is no size; write it like 1TiB, 500GB or 1099511627776");
    }
  }

  /** {@code 7d}, {@code 12h}, {@code 30m}, {@code 10s}. */
  static final class Span implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String word) {
      Matcher matcher = DURATION.matcher(word);
      if (matcher.matches()) {
        Duration unit = UNITS.getOrDefault(matcher.group(2), Duration.ZERO);
        Duration span = unit.multipliedBy(Long.parseLong(matcher.group(1)));
        if (span.compareTo(Duration.ZERO) > 0 && span.compareTo(Duration.ofDays(36_500)) <= 0) {
          return span;
        }
      }
      throw new TypeConversionException(
          "'" + word + "' is no duration; write it like 7d, 12h, 30m or 10s");
    }
  }

  /** {@code HOST:PORT}; port 0 takes a free one. */
  static final class Address implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String word) {
      Matcher matcher = ADDRESS.matcher(word);
      if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
        throw new TypeConversionException(
            "'" + word + "' is no address; write it like 127.0.0.1:7420 or [::1]:7420");
      }
      InetSocketAddress address =
          new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2)));
      if (address.isUnresolved()) {
        throw new TypeConversionException(
            "'" + matcher.group(1) + "' is no host that is known here");
      }
      return address;
    }
  }
}
