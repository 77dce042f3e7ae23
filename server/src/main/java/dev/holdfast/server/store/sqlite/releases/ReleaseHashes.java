package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the keys of the release index: hashes of a slot, and of a slot with a generation or an
 * operation id. The hash is SipHash-2-4 (Aumasson and Bernstein, 2012) with a secret of the store,
 * so that callers cannot choose slots with the same hash, which would make lookups slow.
 */
public final class ReleaseHashes {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Odd, so that a slot has different hashes in different repositories. */
  private static final long REPOSITORY_FACTOR = 0x9E3779B97F4A7C15L;

  /**
   * The bit that distinguishes the hash of a slot with a generation or operation id from the hash
   * of the slot alone. Neither partitions nor filters use it.
   */
  private static final long OF_CHANGE = 1L << 31;

  private static final byte GENERATION = 1;
  private static final byte OPERATION = 2;

  private final long firstSecret;
  private final long secondSecret;
  private final long mask;

  /** Makes hashes with a secret; tests use few bits, to provoke collisions. */
  ReleaseHashes(long firstSecret, long secondSecret, int bits) {
    this.firstSecret = firstSecret;
    this.secondSecret = secondSecret;
    this.mask = -1L << (Long.SIZE - bits);
  }

  static ReleaseHashes load(SqliteConnection connection, int bits) throws SQLException {
    return rows(connection, bits).get(0);
  }

  /** Inserts a secret if the store has none yet. */
  public static void insertIfMissing(SqliteConnection connection) throws SQLException {
    if (!rows(connection, Long.SIZE).isEmpty()) {
      return;
    }
    SecureRandom random = new SecureRandom();
    long first = random.nextLong();
    long second = random.nextLong();
    PreparedStatement insert =
        connection.prepared(
            "INSERT INTO release_secret (first, second, checksum) VALUES (?, ?, ?)");
    insert.setLong(1, first);
    insert.setLong(2, second);
    insert.setInt(3, checksum(first, second).value());
    insert.executeUpdate();
  }

  private static List<ReleaseHashes> rows(SqliteConnection connection, int bits)
      throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT first, second, checksum FROM release_secret");
    return SqliteConnection.rows(
        query,
        row -> {
          checksum(row.getLong(1), row.getLong(2))
              .check(row.getLong(3), () -> "the secret of the hashes");
          return new ReleaseHashes(row.getLong(1), row.getLong(2), bits);
        });
  }

  private static RowChecksum checksum(long first, long second) {
    return new RowChecksum("release_secret").number(first).number(second);
  }

  /** Returns the key of the latest release of a slot. */
  public long ofSlot(long repository, Slot slot) {
    return hash(repository, SlotKeys.encode(slot)) & ~OF_CHANGE;
  }

  /** Returns the key of the latest release of a slot, by its encoded key. */
  public long ofSlot(long repository, byte[] slotKey) {
    return hash(repository, slotKey) & ~OF_CHANGE;
  }

  /** Returns the key of an older release by its generation. */
  public long ofGeneration(long repository, Slot slot, long generation) {
    byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(generation).array();
    return ofChange(repository, slot, GENERATION, bytes);
  }

  /** Returns the key of an older release by one of the operation ids of its reservation. */
  long ofOperation(long repository, Slot slot, String operationId) {
    byte[] bytes = operationId.getBytes(StandardCharsets.UTF_8);
    return ofChange(repository, slot, OPERATION, bytes);
  }

  private long ofChange(long repository, Slot slot, byte kind, byte[] bytes) {
    byte[] slotKey = SlotKeys.encode(slot);
    byte[] all = Arrays.copyOf(slotKey, slotKey.length + 1 + bytes.length);
    all[slotKey.length] = kind;
    System.arraycopy(bytes, 0, all, slotKey.length + 1, bytes.length);
    return hash(repository, all) | OF_CHANGE;
  }

  private long hash(long repository, byte[] bytes) {
    return (sipHash(firstSecret, secondSecret, bytes) & mask) ^ (repository * REPOSITORY_FACTOR);
  }

  static long sipHash(long firstSecret, long secondSecret, byte[] bytes) {
    long v0 = firstSecret ^ 0x736f6d6570736575L;
    long v1 = secondSecret ^ 0x646f72616e646f6dL;
    long v2 = firstSecret ^ 0x6c7967656e657261L;
    long v3 = secondSecret ^ 0x7465646279746573L;
    int words = bytes.length / Long.BYTES + 1;
    for (int i = 0; i <= words; i++) {
      boolean end = i == words;
      long word = end ? 0 : word(bytes, i * Long.BYTES);
      v3 ^= word;
      v2 ^= end ? 0xff : 0;
      for (int round = end ? 4 : 2; round > 0; round--) {
        v0 += v1;
        v2 += v3;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 = Long.rotateLeft(v2, 32);
      }
      v0 ^= word;
    }
    return v0 ^ v1 ^ v2 ^ v3;
  }

  /** Returns the word at an offset; the last word contains the remaining bytes and the length. */
  private static long word(byte[] bytes, int at) {
    if (at + Long.BYTES <= bytes.length) {
      return (long) WORDS.get(bytes, at);
    }
    long word = (long) bytes.length << 56;
    for (int i = at; i < bytes.length; i++) {
      word |= (bytes[i] & 0xffL) << (Byte.SIZE * (i - at));
    }
    return word;
  }
}
