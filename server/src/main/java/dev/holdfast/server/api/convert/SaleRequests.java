package dev.holdfast.server.api.convert;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.holdfast.server.ledger.books.Offer.Terms;
import dev.holdfast.server.ledger.rules.sales.SaleFields;
import dev.holdfast.server.ledger.rules.sales.SellSlot;
import dev.holdfast.server.ledger.rules.sales.SlotChoice;
import dev.holdfast.server.ledger.rules.sales.SlotIndexes;
import dev.holdfast.server.ledger.rules.sales.StorageRequest;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.SellSlotRequest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Validates and converts the requests of sales. */
public final class SaleRequests {
  private static final Pattern OFFER_ID = Pattern.compile("[!-~]{1,128}");
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,78}");
  private static final int PRICE_BITS = 256;

  /**
   * Maximum number of excluded slots. They are sorted on the thread that reads the call, and wait
   * in the queue: some ten megabytes.
   */
  public static final int MAX_EXCLUDED = 1_000_000;

  /** Limits of protobuf's well-known types: 10,000 years, and the years 1 to 9999. */
  private static final long LONGEST_DURATION_SECONDS = 315_576_000_000L;

  private static final long FIRST_SECOND = -62_135_596_800L;
  private static final long LAST_SECOND = 253_402_300_799L;

  private SaleRequests() {}

  public static String offerId(RequestValidator validator, String field, String id) {
    if (id.isEmpty()) {
      validator.reject(field, "is required");
    } else if (!OFFER_ID.matcher(id).matches()) {
      validator.reject(field, "must have 1 to 128 characters of printable ASCII without blanks");
    }
    return id;
  }

  public static Terms terms(RequestValidator validator, Offer offer) {
    long minSlotBytes = limit(validator, "offer.min_slot_bytes", offer.getMinSlotBytes());
    long maxSlotBytes = limit(validator, "offer.max_slot_bytes", offer.getMaxSlotBytes());
    if (maxSlotBytes > 0 && maxSlotBytes < minSlotBytes) {
      validator.reject(
          "offer.max_slot_bytes",
          "must not be less than min_slot_bytes, " + minSlotBytes + ", but is " + maxSlotBytes);
    }
    String price = offer.getMinPricePerBytePerSecond();
    String collateral = offer.getMaxCollateralPerByte();
    return new Terms(
        limit(validator, "offer.total_bytes", offer.getTotalBytes()),
        minSlotBytes,
        maxSlotBytes,
        offer.hasMaxDuration()
            ? durationMicros(validator, "offer.max_duration", offer.getMaxDuration())
            : 0,
        decimal(validator, "offer.min_price_per_byte_per_second", price),
        collateral.isEmpty()
            ? null
            : decimal(validator, "offer.max_collateral_per_byte", collateral),
        offer.hasUntil() ? timeMicros(validator, "offer.until", offer.getUntil()) : null,
        !offer.hasEnabled() || offer.getEnabled());
  }

  public static SellSlot sellSlot(
      RequestValidator validator, String repositoryId, SellSlotRequest message, long seed) {
    StorageRequest request =
        storageRequest(validator, message.hasStorageRequest(), message.getStorageRequest());
    SlotIndexes excluded = excluded(validator, request.slotCount(), message);
    return new SellSlot(
        repositoryId,
        request,
        SlotChoice.draw(request.slotCount(), excluded, seed),
        SaleFields.of(request, fingerprint(excluded)),
        message.hasLease() ? validator.leaseMicros(message.getLease()) : 0,
        validator.operationId(message.getOperationId()),
        message.getValidateOnly());
  }

  private static SlotIndexes excluded(
      RequestValidator validator, long slotCount, SellSlotRequest message) {
    int count = message.getExcludedSlotIndexesCount();
    if (count > MAX_EXCLUDED) {
      validator.reject(
          "excluded_slot_indexes", "must be at most " + MAX_EXCLUDED + ", but are " + count);
      return SlotIndexes.below(0);
    }
    long[] indexes = new long[count];
    for (int i = 0; i < count; i++) {
      indexes[i] = message.getExcludedSlotIndexes(i);
    }
    return SlotIndexes.below(slotCount, indexes);
  }

  /** Returns a hash of a set that may have a million elements. */
  static String fingerprint(SlotIndexes indexes) {
    if (indexes.ascending().findAny().isEmpty()) {
      return "none";
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);
      indexes.ascending().forEach(index -> digest.update(bytes.putLong(0, index).array()));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static StorageRequest storageRequest(
      RequestValidator validator, boolean present, dev.holdfast.v1.StorageRequest request) {
    if (!present) {
      validator.reject("storage_request", "is required");
      return new StorageRequest("", 0, 0, 0, BigInteger.ZERO, BigInteger.ZERO, null);
    }
    if (request.getSlotCount() == 0) {
      validator.reject("storage_request.slot_count", "must be 1 to 2^64-1, but is 0");
    }
    if (!request.hasDuration()) {
      validator.reject("storage_request.duration", "is required");
    }
    String collateral = request.getCollateralPerByte();
    return new StorageRequest(
        validator.requestId("storage_request.request_id", request.getRequestId()),
        request.getSlotCount(),
        validator.amountBytes("storage_request.slot_size_bytes", request.getSlotSizeBytes()),
        request.hasDuration()
            ? durationMicros(validator, "storage_request.duration", request.getDuration())
            : 0,
        decimal(
            validator,
            "storage_request.price_per_byte_per_second",
            request.getPricePerBytePerSecond()),
        collateral.isEmpty()
            ? BigInteger.ZERO
            : decimal(validator, "storage_request.collateral_per_byte", collateral),
        endMicros(validator, request));
  }

  private static @Nullable Long endMicros(
      RequestValidator validator, dev.holdfast.v1.StorageRequest request) {
    return request.hasEndTime()
        ? timeMicros(validator, "storage_request.end_time", request.getEndTime())
        : null;
  }

  private static long limit(RequestValidator validator, String field, long bytes) {
    if (bytes < 0) {
      validator.reject(field, "must be 0 to 2^63-1, but is " + bytes);
    }
    return bytes;
  }

  private static BigInteger decimal(RequestValidator validator, String field, String digits) {
    if (digits.isEmpty()) {
      validator.reject(field, "is required");
    } else if (!DECIMAL.matcher(digits).matches()) {
      validator.reject(field, "must have 1 to 78 decimal digits, and nothing else");
    } else {
      BigInteger number = new BigInteger(digits);
      if (number.bitLength() <= PRICE_BITS) {
        return number;
      }
      validator.reject(field, "must be 0 to 2^256-1, but is " + digits);
    }
    return BigInteger.ZERO;
  }

  /**
   * Returns the duration in microseconds, rounded up, because both sides of every comparison are
   * rounded up.
   */
  private static long durationMicros(RequestValidator validator, String field, Duration duration) {
    boolean valid =
        duration.getSeconds() >= 0
            && duration.getSeconds() <= LONGEST_DURATION_SECONDS
            && duration.getNanos() >= 0
            && duration.getNanos() < 1_000_000_000
            && (duration.getSeconds() < LONGEST_DURATION_SECONDS || duration.getNanos() == 0);
    if (!valid || (duration.getSeconds() == 0 && duration.getNanos() == 0)) {
      validator.reject(field, "must be longer than 0 and at most 10000 years");
      return 0;
    }
    return duration.getSeconds() * 1_000_000 + (duration.getNanos() + 999) / 1000;
  }

  /** Returns the time in microseconds since the epoch, rounded up. */
  private static long timeMicros(RequestValidator validator, String field, Timestamp time) {
    if (time.getSeconds() < FIRST_SECOND
        || time.getSeconds() > LAST_SECOND
        || time.getNanos() < 0
        || time.getNanos() >= 1_000_000_000) {
      validator.reject(field, "must be a valid time of the years 1 to 9999");
      return 0;
    }
    // Never rounds beyond the last microsecond of the year 9999.
    return time.getSeconds() * 1_000_000
        + (time.getSeconds() == LAST_SECOND
            ? Math.min(999_999, (time.getNanos() + 999) / 1000)
            : (time.getNanos() + 999) / 1000);
  }
}
