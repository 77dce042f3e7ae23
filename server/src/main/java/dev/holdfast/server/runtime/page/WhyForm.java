package dev.holdfast.server.runtime.page;

import dev.holdfast.server.flags.FlagConverters.ByteSize;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decline;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.sales.SaleFields;
import dev.holdfast.server.ledger.rules.sales.SellSlot;
import dev.holdfast.server.ledger.rules.sales.SlotChoice;
import dev.holdfast.server.ledger.rules.sales.SlotIndexes;
import dev.holdfast.server.ledger.rules.sales.StorageRequest;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;

/** The form that asks what the offers say to a storage request; nothing is sold. */
final class WhyForm {
  /** The most reasons that are shown; a repository may have thousands of offers. */
  private static final int MAX_SHOWN = 100;

  private static final int MAX_PRICE_BITS = 256;

  private final Function<Command, Outcome> ledger;

  /**
   * Makes the form.
   *
   * @param ledger runs a command and returns its outcome
   */
  WhyForm(Function<Command, Outcome> ledger) {
    this.ledger = ledger;
  }

  /** Returns the form with its fields as they were sent, and the answer if they were sent. */
  Html section(String repositoryId, String link, Parameters parameters) {
    Html answer = Html.EMPTY;
    if (!parameters.text("size").isEmpty()) {
      try {
        answer = answer(ledger.apply(command(repositoryId, parameters)));
      } catch (BadInputException e) {
        answer = Html.of("<p class=\"warning\">{}</p>", String.valueOf(e.getMessage()));
      }
    }
    return Html.of(
        "<section id=\"why\"><h2>Why?</h2><p>What the offers say to a storage request. Nothing is"
            + " sold.</p><form class=\"filter\" method=\"get\" action=\"{}#why\">{}{}{}{}{}{}{}"
            + "<button>Ask</button></form><div role=\"status\">{}</div></section>",
        link,
        field("size", "Slot size", "10GiB", parameters, true),
        field("duration", "Duration", "30d", parameters, true),
        field("price", "Price per byte and second", "1000", parameters, true),
        field("collateral", "Collateral per byte", "0", parameters, false),
        field("slots", "Slots", "1", parameters, false),
        field("end", "End", "2027-01-31T12:00:00Z", parameters, false),
        field("request", "Request", "why", parameters, false),
        answer);
  }

  private static Html field(
      String name, String label, String example, Parameters parameters, boolean required) {
    return Html.of(
        required
            ? "<label>{} <input name=\"{}\" value=\"{}\" placeholder=\"{}\" required></label>"
            : "<label>{} <input name=\"{}\" value=\"{}\" placeholder=\"{}\"></label>",
        label,
        name,
        parameters.text(name),
        example);
  }

  private static SellSlot command(String repositoryId, Parameters parameters) {
    String request = parameters.requestId("request");
    long slotCount = parameters.unsigned("slots", 1);
    if (slotCount == 0) {
      throw new BadInputException("slots is 0: use 1 or more");
    }
    StorageRequest storageRequest =
        new StorageRequest(
            request.isEmpty() ? "why" : request,
            slotCount,
            sizeBytes(parameters.text("size")),
            durationMicros(parameters.text("duration")),
            price(parameters, "price"),
            price(parameters, "collateral"),
            endMicros(parameters.text("end")));
    SlotIndexes none = SlotIndexes.below(slotCount);
    return new SellSlot(
        repositoryId,
        storageRequest,
        SlotChoice.draw(slotCount, none, ThreadLocalRandom.current().nextLong()),
        SaleFields.of(storageRequest, ""),
        0,
        "",
        true);
  }

  private static long sizeBytes(String text) {
    try {
      return new ByteSize().convert(text);
    } catch (TypeConversionException e) {
      throw new BadInputException("slot size: " + e.getMessage());
    }
  }

  private static long durationMicros(String text) {
    try {
      return new DurationFlag().convert(text).toMillis() * 1000;
    } catch (TypeConversionException e) {
      throw new BadInputException("duration: " + e.getMessage());
    }
  }

  private static BigInteger price(Parameters parameters, String name) {
    String text = parameters.text(name).isEmpty() ? "0" : parameters.text(name);
    if (text.matches("[0-9]{1,80}")) {
      BigInteger price = new BigInteger(text);
      if (price.bitLength() <= MAX_PRICE_BITS) {
        return price;
      }
    }
    throw new BadInputException(
        name + " is '" + text + "': use a whole number, 0 to 2^256-1, for example 1000");
  }

  private static @Nullable Long endMicros(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      Instant end = Instant.parse(text);
      if (end.getEpochSecond() >= 0 && end.getEpochSecond() < Long.MAX_VALUE / 1_000_000) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, end);
      }
    } catch (DateTimeException e) {
      throw noTime(text);
    }
    throw noTime(text);
  }

  private static BadInputException noTime(String text) {
    return new BadInputException(
        "end is '" + text + "': use a time, for example 2027-01-31T12:00:00Z");
  }

  private static Html answer(Outcome outcome) {
    if (outcome instanceof Outcome.SaleDone done) {
      return done.reservation() == null
          ? declined(done.declines())
          : Html.of(
              "<p class=\"good\">Offer <strong>{}</strong> would sell a slot.</p>",
              done.reservation().offerId());
    } else if (outcome instanceof Rejection rejection) {
      return Html.of("<p class=\"warning\">{}</p>", rejection.message());
    }
    return Html.of(
        "<p class=\"warning\">Nearly all slots of this request are reserved here, and none was"
            + " found at once. holdfast why looks at all of them.</p>");
  }

  private static Html declined(List<Decline> declines) {
    List<Html> rows = new ArrayList<>();
    for (Decline decline : declines.subList(0, Math.min(MAX_SHOWN, declines.size()))) {
      rows.add(
          Html.of(
              "<tr><th scope=\"row\">{}</th>{}{}</tr>",
              decline.offerId().isEmpty() ? "all" : decline.offerId(),
              Layout.cell("Reason", Html.of("{}", name(decline.reason()))),
              Layout.cell("Detail", Html.of("{}", decline.detail()))));
    }
    Html more =
        declines.size() <= MAX_SHOWN
            ? Html.EMPTY
            : Html.of("<p class=\"note\">{} more offers decline.</p>", declines.size() - MAX_SHOWN);
    return Html.of(
        "{}{}",
        Layout.table(
            "No offer would sell",
            Layout.columns("Offer", "Reason", "Detail"),
            rows,
            "No reasons."),
        more);
  }

  private static String name(Decline.Reason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
