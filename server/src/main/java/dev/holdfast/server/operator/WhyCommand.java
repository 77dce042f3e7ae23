package dev.holdfast.server.operator;

import static dev.holdfast.server.operator.Listing.Column.text;

import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.Decline;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.flags.FlagConverters.ByteSize;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code holdfast why}. */
@Command(
    name = "why",
    description =
        "Prints which offer would sell a slot to a storage request, or why each offer declines it."
            + " Nothing is sold.",
    exitCodeListHeading = ExitCode.HEADING,
    exitCodeList = {
      "0:an offer would sell",
      "1:failed: the server refused for another reason",
      "2:wrong flags or values",
      "3:server unreachable, not serving, or too slow for --deadline",
      "4:refused: authentication or permission",
      "5:no offer would sell"
    })
public final class WhyCommand extends ServerCommand {
  private static final List<Listing.Column<Decline>> COLUMNS =
      List.of(
          text("OFFER", decline -> Text.orNone(decline.offerId())),
          text("REASON", decline -> decline.reason().name()),
          text("DETAIL", Decline::detail));

  @Option(
      names = "--slot-size",
      paramLabel = "SIZE",
      required = true,
      converter = ByteSize.class,
      description = "Size of each slot: 10GiB, 500GB, plain bytes.")
  private long slotSizeBytes;

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      required = true,
      converter = DurationFlag.class,
      description = "Time for which the slot is stored, for example 30d.")
  private Duration duration = Duration.ZERO;

  @Option(
      names = "--price",
      paramLabel = "NUMBER",
      required = true,
      converter = Price.class,
      description = "Price for each byte and second, in the smallest unit of the currency.")
  private BigInteger price = BigInteger.ZERO;

  @Option(
      names = "--collateral",
      paramLabel = "NUMBER",
      defaultValue = "0",
      converter = Price.class,
      description = "Collateral for each byte. Default: ${DEFAULT-VALUE}")
  private BigInteger collateral = BigInteger.ZERO;

  @Option(
      names = "--slots",
      paramLabel = "NUMBER",
      defaultValue = "1",
      converter = SlotCount.class,
      description = "Number of slots of the request. Default: ${DEFAULT-VALUE}")
  private long slotCount;

  @Option(
      names = "--end-time",
      paramLabel = "TIME",
      converter = Time.class,
      description =
          "End of the request, for example 2027-01-31T12:00:00Z. Default: --duration from now")
  private @Nullable Instant endTime;

  @CommandLineOnly
  @Option(
      names = "--request",
      paramLabel = "REQUEST",
      defaultValue = "why",
      description =
          "Id of the request, whose slots that are reserved already cannot be sold again. Default:"
              + " ${DEFAULT-VALUE}")
  private String requestId = "";

  /** Converts a number of slots: 64 bits, unsigned, as in the contract. */
  static final class SlotCount implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      // The parser takes a sign too.
      if (value.matches("\\d{1,20}")) {
        try {
          long count = Long.parseUnsignedLong(value);
          if (count != 0) {
            return count;
          }
        } catch (NumberFormatException e) {
          throw notACount(value);
        }
      }
      throw notACount(value);
    }

    private static TypeConversionException notACount(String value) {
      return new TypeConversionException(
          "'" + value + "' is not a number of slots; use 1 or more, below 2^64");
    }
  }

  /** Converts a price or a collateral: up to 256 bits. */
  static final class Price implements ITypeConverter<BigInteger> {
    private static final int MAX_BITS = 256;

    @Override
    public BigInteger convert(String value) {
      if (value.matches("\\d{1,80}")) {
        BigInteger number = new BigInteger(value);
        if (number.bitLength() <= MAX_BITS) {
          return number;
        }
      }
      throw new TypeConversionException(
          "'" + value + "' is not a price; use a whole number, 0 to 2^256-1, for example 1000");
    }
  }

  /** Converts a time in ISO 8601. */
  static final class Time implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
      try {
        return Instant.parse(value);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + value + "' is not a time; use for example 2027-01-31T12:00:00Z");
      }
    }
  }

  @Override
  int run(Session session) {
    StorageRequest request =
        new StorageRequest(requestId, slotCount, slotSizeBytes, duration, price)
            .withCollateralPerByte(collateral);
    if (endTime != null) {
      request = request.withEndTime(endTime);
    }
    SaleResult result =
        session
            .client()
            .sales()
            .validateSellSlot(SellSlot.of(request).withRepositoryId(connection().repositoryId()));
    if (connection().json()) {
      session.out().line(Json.text(Json.sale(result)));
    } else {
      print(result, session.out());
    }
    return result instanceof SaleResult.Sold ? ExitCode.OK : ExitCode.NOT_SOLD;
  }

  private static void print(SaleResult result, Output out) {
    if (result instanceof SaleResult.Sold sold) {
      out.line("offer " + sold.offerId() + " would sell a slot");
    } else if (result instanceof SaleResult.Declined declined) {
      Listing<Decline> listing =
          new Listing<>(
              out,
              false,
              COLUMNS,
              decline -> {
                throw new IllegalStateException("declines are printed as a table");
              });
      declined.declines().forEach(listing::add);
      listing.flush();
    }
  }
}
