package dev.holdfast.server.flags;

import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the values of command-line flags. */
public final class FlagConverters {
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

  /** Converts {@code 1TiB}, {@code 500GB} or plain bytes. */
  public static final class ByteSize implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      Matcher matcher = SIZE.matcher(value);
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
              "'" + value + "' is not a whole number of bytes below 2^63");
        }
      }
      throw new TypeConversionException(
          "'" + value + "' is not a size; use for example 1TiB, 500GB or 1099511627776");
    }
  }

  /** Converts {@code 7d}, {@code 12h}, {@code 30m} or {@code 10s}. */
  public static final class DurationFlag implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      Matcher matcher = DURATION.matcher(value);
      if (matcher.matches()) {
        Duration unit = UNITS.getOrDefault(matcher.group(2), Duration.ZERO);
        Duration duration = unit.multipliedBy(Long.parseLong(matcher.group(1)));
        if (duration.compareTo(Duration.ZERO) > 0
            && duration.compareTo(Duration.ofDays(36_500)) <= 0) {
          return duration;
        }
      }
      throw new TypeConversionException(
          "'" + value + "' is not a duration; use for example 7d, 12h, 30m or 10s");
    }
  }

  /** Converts {@code HOST:PORT}; port 0 selects a free port. */
  public static final class HostPort implements ITypeConverter<InetSocketAddress> {
    @Override
    public InetSocketAddress convert(String value) {
      Matcher matcher = ADDRESS.matcher(value);
      if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
        throw new TypeConversionException(
            "'" + value + "' is not an address; use for example 127.0.0.1:7420 or [::1]:7420");
      }
      InetSocketAddress address =
          new InetSocketAddress(matcher.group(1), Integer.parseInt(matcher.group(2)));
      if (address.isUnresolved()) {
        throw new TypeConversionException("'" + matcher.group(1) + "' is not a known host");
      }
      return address;
    }
  }
}
