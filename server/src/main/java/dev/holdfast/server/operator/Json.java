package dev.holdfast.server.operator;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.results.Decline;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.client.results.Verification;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Converts values to the JSON of their messages in the contract, as protobuf defines it: names in
 * lowerCamelCase, 64-bit numbers as strings, times as RFC 3339, durations as {@code "3600s"}.
 */
final class Json {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private Json() {}

  /** Returns the JSON text, in one line. */
  static String text(JsonObject object) {
    return GSON.toJson(object);
  }

  static JsonObject repository(Repository repository) {
    JsonObject json = new JsonObject();
    json.addProperty("repositoryId", repository.repositoryId());
    number(json, "capacityBytes", repository.capacityBytes());
    number(json, "reservedBytes", repository.reservedBytes());
    number(json, "unassignedBytes", repository.unassignedBytes());
    number(json, "availableBytes", repository.availableBytes());
    number(json, "overcommittedBytes", repository.overcommittedBytes());
    number(json, "reservationCount", repository.reservationCount());
    number(json, "revision", repository.revision());
    time(json, "createTime", repository.createTime());
    time(json, "updateTime", repository.updateTime());
    return json;
  }

  static JsonObject reservation(Reservation reservation) {
    JsonObject json = new JsonObject();
    json.addProperty("repositoryId", reservation.repositoryId());
    JsonObject slot = new JsonObject();
    slot.addProperty("requestId", reservation.slot().requestId());
    slot.addProperty("slotIndex", Long.toUnsignedString(reservation.slot().slotIndex()));
    json.add("slot", slot);
    number(json, "amountBytes", reservation.amountBytes());
    enumValue(json, "state", "RESERVATION_STATE_", reservation.state());
    number(json, "generation", reservation.generation());
    time(json, "leaseExpireTime", reservation.leaseExpireTime());
    time(json, "createTime", reservation.createTime());
    time(json, "fillTime", reservation.fillTime());
    json.addProperty("offerId", reservation.offerId());
    return json;
  }

  static JsonObject event(Event event) {
    JsonObject json = new JsonObject();
    number(json, "revision", event.revision());
    time(json, "time", event.time());
    number(json, "availableBytes", event.availableBytes());
    JsonObject change = new JsonObject();
    if (event instanceof Event.Reserved reserved) {
      change.add("reservation", reservation(reserved.reservation()));
      json.add("reserved", change);
    } else if (event instanceof Event.Filled filled) {
      change.add("reservation", reservation(filled.reservation()));
      json.add("filled", change);
    } else if (event instanceof Event.Released released) {
      change.add("reservation", reservation(released.reservation()));
      enumValue(change, "reason", "RELEASE_REASON_", released.reason());
      json.add("released", change);
    } else if (event instanceof Event.CapacityChanged capacity) {
      number(change, "capacityBytes", capacity.capacityBytes());
      json.add("capacityChanged", change);
    } else if (event instanceof Event.UnassignedChanged unassigned) {
      number(change, "unassignedBytes", unassigned.unassignedBytes());
      json.add("unassignedChanged", change);
    }
    return json;
  }

  static JsonObject offer(Offer offer) {
    JsonObject json = new JsonObject();
    json.addProperty("offerId", offer.offerId());
    number(json, "totalBytes", offer.totalBytes());
    number(json, "soldBytes", offer.soldBytes());
    number(json, "minSlotBytes", offer.minSlotBytes());
    number(json, "maxSlotBytes", offer.maxSlotBytes());
    Duration maxDuration = offer.maxDuration();
    if (maxDuration != null) {
      json.addProperty("maxDuration", seconds(maxDuration) + "s");
    }
    json.addProperty("minPricePerBytePerSecond", offer.minPricePerBytePerSecond().toString());
    if (offer.maxCollateralPerByte() != null) {
      json.addProperty("maxCollateralPerByte", offer.maxCollateralPerByte().toString());
    }
    time(json, "until", offer.until());
    json.addProperty("enabled", offer.enabled());
    return json;
  }

  /** Returns the JSON of a SellSlotResponse. */
  static JsonObject sale(SaleResult result) {
    JsonObject json = new JsonObject();
    json.addProperty("sold", result instanceof SaleResult.Sold);
    if (result instanceof SaleResult.Sold sold) {
      json.addProperty("offerId", sold.offerId());
    } else if (result instanceof SaleResult.Declined declined) {
      JsonArray declines = new JsonArray();
      declined.declines().forEach(decline -> declines.add(decline(decline)));
      json.add("declines", declines);
    }
    number(json, "availableBytes", result.availableBytes());
    return json;
  }

  private static JsonObject decline(Decline decline) {
    JsonObject json = new JsonObject();
    json.addProperty("offerId", decline.offerId());
    enumValue(json, "reason", "DECLINE_REASON_", decline.reason());
    json.addProperty("detail", decline.detail());
    return json;
  }

  /** Returns the JSON of a VerifyResponse, with the repository. */
  static JsonObject verification(String repositoryId, Verification verification) {
    JsonObject json = new JsonObject();
    json.addProperty("repositoryId", repositoryId);
    json.addProperty("consistent", verification.consistent());
    number(json, "recordedBytes", verification.recordedBytes());
    number(json, "countedBytes", verification.countedBytes());
    number(json, "reservationCount", verification.reservationCount());
    number(json, "revision", verification.revision());
    JsonArray problems = new JsonArray();
    for (Verification.Problem problem : verification.problems()) {
      JsonObject found = new JsonObject();
      found.addProperty("subject", problem.subject());
      number(found, "recorded", problem.recorded());
      number(found, "counted", problem.counted());
      problems.add(found);
    }
    json.add("problems", problems);
    return json;
  }

  /** Adds a 64-bit number. It is a string, because JSON's readers round large numbers. */
  static void number(JsonObject json, String name, long value) {
    json.addProperty(name, Long.toString(value));
  }

  private static void time(JsonObject json, String name, @Nullable Instant time) {
    if (time != null) {
      json.addProperty(name, time.toString());
    }
  }

  /** Adds a value of an enum; a value that this program does not know has no name. */
  private static void enumValue(JsonObject json, String name, String prefix, Enum<?> value) {
    boolean known = !value.name().equals("UNRECOGNIZED");
    json.addProperty(name, prefix + (known ? value.name() : "UNSPECIFIED"));
  }

  private static String seconds(Duration duration) {
    return BigDecimal.valueOf(duration.getSeconds())
        .add(BigDecimal.valueOf(duration.getNano(), 9))
        .stripTrailingZeros()
        .toPlainString();
  }
}
