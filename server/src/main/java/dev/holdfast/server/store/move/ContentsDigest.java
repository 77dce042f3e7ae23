package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Reservation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Digests the contents of a ledger, to compare two of them row by row without keeping any. The sum
 * of the digests of all rows does not depend on their order, which differs between stores.
 */
public final class ContentsDigest implements ContentsVisitor {
  /** A kind of rows. */
  public enum Kind {
    REPOSITORIES("repositories, with the deleted ones"),
    OFFERS("offers"),
    RESERVATIONS("reservations"),
    OPERATIONS("remembered operations"),
    ENTRIES("entries"),
    EVENTS("events");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** Returns what it is, for a person. */
    @Override
    public String toString() {
      return text;
    }
  }

  private final Map<Kind, Sum> sums = new EnumMap<>(Kind.class);
  private final MessageDigest sha256;
  private String ledger = "";

  /** Makes the digest of no contents. */
  public ContentsDigest() {
    for (Kind kind : Kind.values()) {
      sums.put(kind, new Sum());
    }
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The number of rows, and the sums of two halves of their digests. */
  private static final class Sum {
    private long count;
    private long first;
    private long second;

    boolean isSame(Sum other) {
      return count == other.count && first == other.first && second == other.second;
    }
  }

  private void add(Kind kind, Object... fields) {
    for (Object field : fields) {
      byte[] bytes =
          field instanceof byte[] given
              ? given
              : String.valueOf(field).getBytes(StandardCharsets.UTF_8);
      sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      sha256.update(bytes);
    }
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
    Sum sum = sum(kind);
    sum.count++;
    sum.first += digest.getLong();
    sum.second += digest.getLong();
  }

  private Sum sum(Kind kind) {
    Sum sum = sums.get(kind);
    if (sum == null) {
      throw new IllegalStateException("no sum of " + kind);
    }
    return sum;
  }

  /** Returns the number of rows of a kind. */
  public long count(Kind kind) {
    return sum(kind).count;
  }

  /** Returns the first difference to other contents, for a person; null if there is none. */
  public @Nullable String difference(ContentsDigest other) {
    if (!ledger.equals(other.ledger)) {
      return "the ledger has " + ledger + ", but the other one " + other.ledger;
    }
    for (Kind kind : Kind.values()) {
      if (!sum(kind).isSame(other.sum(kind))) {
        return "of "
            + count(kind)
            + " "
            + kind
            + ", some differ from the other "
            + other.count(kind);
      }
    }
    return null;
  }

  @Override
  public void ledger(long firstRevision, long servedMicros) {
    ledger = "first revision " + firstRevision + " and " + servedMicros + " us served";
  }

  @Override
  public void repository(StoredRepository repository) {
    add(Kind.REPOSITORIES, repository);
  }

  @Override
  public void offer(
      String repositoryId, String offerId, Offer.@Nullable Terms terms, long soldBytes) {
    add(Kind.OFFERS, repositoryId, offerId, String.valueOf(terms), soldBytes);
  }

  @Override
  public void reservation(String repositoryId, Reservation reservation) {
    add(Kind.RESERVATIONS, repositoryId, reservation);
  }

  @Override
  public void operation(String repositoryId, RememberedOperation operation) {
    add(Kind.OPERATIONS, repositoryId, operation);
  }

  @Override
  public void entry(String repositoryId, Entry entry) {
    add(
        Kind.ENTRIES,
        repositoryId,
        entry.key(),
        entry.version(),
        entry.micros(),
        entry.value().bytes());
  }

  @Override
  public void events(String repositoryId, List<Event> events) {
    events.forEach(event -> add(Kind.EVENTS, repositoryId, event));
  }

  @Override
  public void served(long servedMicros) {
    // It only says how long the events before it are kept; stores drop notes without events.
  }
}
