package dev.holdfast.server.api.convert;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejection.FieldViolation;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Validates and normalises the fields of one request. Collects all violations; {@link
 * #throwIfInvalid} throws if there is any. The return value for an invalid field is meaningless.
 */
public final class RequestValidator {
  private static final String DEFAULT_REPOSITORY = "default";
  private static final Pattern REPOSITORY_ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final int REQUEST_ID_CHARACTERS = 128;
  private static final int OPERATION_ID_CHARACTERS = 64;
  private static final int HASH_DIGITS = 64;
  private static final long MAX_LEASE_SECONDS = 365L * 24 * 60 * 60;
  private static final long MAX_LEASE_MICROS = MAX_LEASE_SECONDS * 1_000_000;
  private static final int KEY_BYTES = 512;
  private static final int VALUE_BYTES = 1024 * 1024;
  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_PAGE = 1000;

  private final List<FieldViolation> violations = new ArrayList<>(0);

  /** Records a violation. */
  public void reject(String field, String description) {
    violations.add(new FieldViolation(field, description));
  }

  /** Returns whether there is no violation so far. */
  boolean isValid() {
    return violations.isEmpty();
  }

  /**
   * Ends the validation.
   *
   * @throws RejectedException if there is a violation
   */
  public void throwIfInvalid() {
    Rejection rejection = rejection("");
    if (rejection != null) {
      throw new RejectedException(rejection);
    }
  }

  /**
   * Returns the violations as one rejection; null if there is none.
   *
   * @param path prefix of each field's name
   */
  @Nullable Rejection rejection(String path) {
    if (this.violations.isEmpty()) {
      return null;
    }
    List<FieldViolation> violations =
        this.violations.stream()
            .map(violation -> new FieldViolation(path + violation.field(), violation.description()))
            .toList();
    String message =
        violations.stream()
            .map(violation -> violation.field() + ": " + violation.description())
            .collect(Collectors.joining("; "));
    return new Rejection(
        Rejection.Reason.INVALID_ARGUMENT,
        message,
        Map.of("field", violations.get(0).field()),
        violations);
  }

  public String repositoryId(String id) {
    return id.isEmpty() ? DEFAULT_REPOSITORY : explicitRepositoryId(id);
  }

  public String explicitRepositoryId(String id) {
    if (id.isEmpty()) {
      reject("repository_id", "is required");
    } else if (!id.equals(DEFAULT_REPOSITORY) && !REPOSITORY_ID.matcher(id).matches()) {
      reject("repository_id", "must match [a-z0-9][a-z0-9._-]{0,62}");
    }
    return id;
  }

  /**
   * Returns the repository of one operation of an Apply: it must be empty or the repository of the
   * Apply.
   */
  public String repositoryId(String id, String applyRepositoryId) {
    if (!id.isEmpty() && !id.equals(applyRepositoryId)) {
      reject("repository_id", "must be empty or the repository of the Apply, " + applyRepositoryId);
    }
    return applyRepositoryId;
  }

  public Slot slot(boolean present, dev.holdfast.v1.Slot slot) {
    if (!present) {
      reject("slot", "is required");
      return new Slot("", 0);
    }
    return new Slot(requestId("slot.request_id", slot.getRequestId()), slot.getSlotIndex());
  }

  public String requestId(String field, String id) {
    if (id.isEmpty()) {
      reject(field, "is required");
    } else if (id.length() > REQUEST_ID_CHARACTERS || !printable(id, '!')) {
      reject(field, "must have 1 to 128 characters of printable ASCII without blanks");
    }
    int prefix = id.startsWith("0x") || id.startsWith("0X") ? 2 : 0;
    if (id.length() != prefix + HASH_DIGITS) {
      return id;
    }
    boolean lower = prefix == 2 && id.charAt(1) == 'x';
    for (int i = prefix; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c >= 'A' && c <= 'F') {
        lower = false;
      } else if (!HexFormat.isHexDigit(c)) {
        return id;
      }
    }
    return lower ? id : "0x" + id.substring(prefix).toLowerCase(Locale.ROOT);
  }

  public String operationId(String id) {
    if (id.length() > OPERATION_ID_CHARACTERS || !printable(id, ' ')) {
      reject("operation_id", "must have 0 to 64 characters of printable ASCII");
    }
    return id;
  }

  private static boolean printable(String id, char first) {
    for (int i = 0; i < id.length(); i++) {
      if (id.charAt(i) < first || id.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }

  public long amountBytes(String field, long bytes) {
    if (bytes < 1) {
      reject(field, "must be 1 to 2^63-1, but is " + bytes);
    }
    return bytes;
  }

  long generation(long generation) {
    if (generation < 0) {
      reject("generation", "must be 0 or greater, but is " + generation);
    }
    return generation;
  }

  public long revision(String field, long revision) {
    if (revision < 0) {
      reject(field, "must be 0 or greater, but is " + revision);
    }
    return revision;
  }

  /** Returns the length of a lease in microseconds, rounded up. */
  long leaseMicros(Duration lease) {
    // Rounded up, so that a positive lease stays positive. Seconds far out of range would overflow.
    long seconds = Math.min(lease.getSeconds(), MAX_LEASE_SECONDS + 1);
    long micros = seconds * 1_000_000 + (lease.getNanos() + 999) / 1000;
    boolean valid = lease.getSeconds() >= 0 && lease.getNanos() >= 0;
    if (!valid || lease.getNanos() >= 1_000_000_000 || micros < 1 || micros > MAX_LEASE_MICROS) {
      reject("lease", "must be longer than 0 and at most 365 days");
      return 0;
    }
    return micros;
  }

  ReleaseReason releaseReason(dev.holdfast.v1.ReleaseReason reason) {
    return switch (reason) {
      case RELEASE_REASON_UNSPECIFIED, RELEASE_REASON_ATTEMPT_FAILED ->
          ReleaseReason.ATTEMPT_FAILED;
      case RELEASE_REASON_REQUEST_ENDED -> ReleaseReason.REQUEST_ENDED;
      case RELEASE_REASON_LEASE_EXPIRED, RELEASE_REASON_RECONCILED, UNRECOGNIZED -> {
        reject("reason", "must be ATTEMPT_FAILED or REQUEST_ENDED");
        yield ReleaseReason.ATTEMPT_FAILED;
      }
    };
  }

  public String key(ByteString key) {
    if (key.isEmpty()) {
      reject("key", "is required");
    }
    return utf8("key", key, KEY_BYTES);
  }

  public String prefix(ByteString prefix) {
    return utf8("prefix", prefix, KEY_BYTES);
  }

  private String utf8(String field, ByteString bytes, int limit) {
    if (bytes.size() > limit) {
      reject(field, "must have at most " + limit + " bytes of UTF-8, but has " + bytes.size());
    }
    return bytes.toStringUtf8();
  }

  public Value value(ByteString value) {
    if (value.size() > VALUE_BYTES) {
      reject("value", "must have at most " + VALUE_BYTES + " bytes, but has " + value.size());
      return new Value(new byte[0]);
    }
    return new Value(value.toByteArray());
  }

  /** Returns the version that a key must have; null for any version. */
  public @Nullable Long expectedVersion(boolean present, long version) {
    if (version < 0) {
      reject("expected_version", "must be 0 or greater, but is " + version);
    }
    return present ? version : null;
  }

  public int pageSize(int size) {
    if (size < 0) {
      reject("page_size", "must be 0 or greater, but is " + size);
    }
    return size == 0 ? DEFAULT_PAGE : Math.min(size, MAX_PAGE);
  }
}
