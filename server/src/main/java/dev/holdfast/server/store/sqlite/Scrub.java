package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.engine.StoreException.Damage;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.Readers;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.RunRows;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.RevisionGaps;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import dev.holdfast.server.store.sqlite.rows.ServedTime;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and checks every row again and again while the store is served, a few rows at a time, along
 * every access path: a lookup of a slot whose stored key has changed finds no row, and so does not
 * notice the damage, but a scan does. TigerBeetle's grid scrubber works in the same path.
 *
 * <p>Each step reads a snapshot of its own, so the scrub does not delay checkpoints.
 */
final class Scrub {
  /** The time of a step. With ten steps a second, the scrub takes a tenth of one core. */
  private static final long STEP_NANOS = 10_000_000;

  /**
   * The time of a step in the first round: a third of one core, because no row has been checked
   * yet.
   */
  private static final long FIRST_ROUND_STEP_NANOS = 50_000_000;

  /** The pause between two rounds. */
  private static final long PAUSE_NANOS = TimeUnit.DAYS.toNanos(1);

  private static final DamageLog DAMAGE = new DamageLog();
  private static final Logger LOGGER = LoggerFactory.getLogger(Scrub.class);

  private static final List<AccessPath> PATHS =
      List.of(
          new AccessPath(
              "repositories", RowMapper.REPOSITORY, List.of("repository"), RowMapper::repository),
          new AccessPath(
              "repositories",
              RowMapper.REPOSITORY,
              List.of("repository_id"),
              RowMapper::repository),
          new AccessPath(
              "reservations",
              RowMapper.RESERVATION,
              List.of("repository", "slot_key"),
              RowMapper::reservation),
          new AccessPath(
              "reservations INDEXED BY reservations_by_lease",
              RowMapper.RESERVATION,
              List.of("lease_expire_micros", "repository", "slot_key"),
              RowMapper::reservation),
          new AccessPath(
              "offers", SqliteOffers.COLUMNS, List.of("repository", "offer_id"), SqliteOffers::row),
          new AccessPath(
              "operations",
              RowMapper.OPERATION,
              List.of("repository", "request_id", "operation_id"),
              RowMapper::operation),
          new AccessPath(
              "operations INDEXED BY operations_by_revision",
              RowMapper.OPERATION,
              List.of("repository", "revision", "request_id", "operation_id"),
              RowMapper::operation),
          new AccessPath("events", EventChunk.COLUMNS, List.of("chunk"), EventChunk::checkAll),
          new AccessPath(
              "events INDEXED BY events_by_revision",
              EventChunk.HEADER,
              List.of("repository", "last_revision"),
              row -> EventChunk.read(row, 1)),
          new AccessPath("served", ServedTime.TIME, List.of("rowid"), ServedTime::time),
          new AccessPath(
              "served_notes", ServedTime.NOTE, List.of("served_micros"), ServedTime::check),
          new AccessPath(
              "gaps", RevisionGaps.COLUMNS, List.of("repository"), RevisionGaps::checked),
          new AccessPath(
              "entries", SqliteKeys.ENTRY, List.of("repository", "key"), SqliteKeys::entry),
          new AccessPath(
              "entry_versions", SqliteKeys.VERSION, List.of("repository"), SqliteKeys::version),
          new AccessPath("release_runs", RunRows.RUN, List.of("run"), RunRows.Run::read),
          new AccessPath(
              RunRows.PARTITIONS,
              RunRows.columns(RunRows.PARTITIONS),
              List.of("partition_key"),
              row -> RunRows.bytes(RunRows.PARTITIONS, row)),
          new AccessPath(
              RunRows.FILTERS,
              RunRows.columns(RunRows.FILTERS),
              List.of("partition_key"),
              row -> RunRows.bytes(RunRows.FILTERS, row)));

  private final Readers readers;
  private final Runnable indexDamaged;

  private int pathIndex;

  /** The key of the last row that was read on the path; empty at its beginning. */
  private List<Object> lastKey = List.of();

  private long stepNanos = FIRST_ROUND_STEP_NANOS;
  private long pausedUntilNanos = System.nanoTime();

  /**
   * Starts at the beginning of the first path.
   *
   * @param indexDamaged called when the release index is damaged and must be rebuilt
   */
  Scrub(Readers readers, Runnable indexDamaged) {
    this.readers = readers;
    this.indexDamaged = indexDamaged;
  }

  /**
   * An access path along which rows are looked up.
   *
   * @param table the table, with the index if the path is not the primary key or a unique key
   * @param columns the columns that are read
   * @param key the columns that order the rows
   * @param check checks a row
   */
  private record AccessPath(
      String table, String columns, List<String> key, SqliteRecount.RowCheck check) {
    /** Returns the query of all rows, in order. */
    String all() {
      return select("") + " ORDER BY " + columnsOfKey();
    }

    /** Returns the query of the rows after a key, in order. */
    String after() {
      return select(keyIs(">")) + " ORDER BY " + columnsOfKey();
    }

    /** Returns the query of the row that stands directly before those of {@link #after}. */
    String before() {
      return select(keyIs("<=")) + " ORDER BY " + String.join(" DESC, ", key) + " DESC LIMIT 1";
    }

    private String select(String condition) {
      return "SELECT "
          + columns
          + ", "
          + columnsOfKey()
          + " FROM "
          + table
          + " WHERE "
          + key.get(0)
          + " IS NOT NULL"
          + condition;
    }

    private String keyIs(String comparison) {
      return " AND ("
          + columnsOfKey()
          + ") "
          + comparison
          + " (?"
          + ", ?".repeat(key.size() - 1)
          + ")";
    }

    private String columnsOfKey() {
      return String.join(", ", key);
    }
  }

  /**
   * Checks some rows, unless the last round ended less than a day ago.
   *
   * @return false at the end of a round
   */
  boolean step() {
    if (System.nanoTime() - pausedUntilNanos < 0) {
      return false;
    }
    boolean more = false;
    try {
      Progress progress = readers.read(connection -> checkRows(connection, PATHS.get(pathIndex)));
      lastKey = progress.lastKey();
      more = progress.more();
    } catch (StoreException e) {
      // The scan cannot continue after a row whose key is damaged.
      report(e);
    }
    if (!more) {
      lastKey = List.of();
      pathIndex = (pathIndex + 1) % PATHS.size();
      if (pathIndex == 0) {
        stepNanos = STEP_NANOS;
        pausedUntilNanos = System.nanoTime() + PAUSE_NANOS;
        return false;
      }
    }
    return true;
  }

  /**
   * How far a step came.
   *
   * @param lastKey the key of the last row that was read
   * @param more whether the path has more rows
   */
  private record Progress(List<Object> lastKey, boolean more) {}

  /**
   * Checks rows until the time of a step has passed. It changes nothing of this scrub, because a
   * read that finds damage is repeated, and must not continue behind it then.
   */
  private Progress checkRows(SqliteConnection connection, AccessPath path) throws SQLException {
    List<Object> last = lastKey;
    checkBefore(connection, path);
    PreparedStatement query = prepared(connection, lastKey.isEmpty() ? path.all() : path.after());
    long end = System.nanoTime() + stepNanos;
    try (ResultSet row = query.executeQuery()) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        check(row, path);
        List<Object> key = new ArrayList<>();
        for (int i = columns - path.key().size() + 1; i <= columns; i++) {
          key.add(row.getObject(i));
        }
        requireOrder(path, last, key);
        last = key;
        if (System.nanoTime() - end > 0) {
          return new Progress(last, true);
        }
      }
    }
    return new Progress(last, false);
  }

  /**
   * Checks the row that stands before the place where the step continues. If a damaged key seems to
   * be less than the last one, the search of that place passes over its row.
   */
  private void checkBefore(SqliteConnection connection, AccessPath path) throws SQLException {
    if (lastKey.isEmpty()) {
      return;
    }
    try (ResultSet row = prepared(connection, path.before()).executeQuery()) {
      if (row.next()) {
        check(row, path);
      }
    }
  }

  private PreparedStatement prepared(SqliteConnection connection, String sql) throws SQLException {
    PreparedStatement query = connection.prepared(sql);
    for (int i = 0; i < lastKey.size(); i++) {
      query.setObject(i + 1, lastKey.get(i));
    }
    return query;
  }

  private void check(ResultSet row, AccessPath path) throws SQLException {
    try {
      path.check().accept(row);
    } catch (StoreException e) {
      Damage damage = e.damage();
      if (damage == null || damage.kind() != Damage.Kind.CONTENT) {
        throw e;
      }
      report(e);
    }
  }

  /**
   * Requires that the rows are in the order of the path: a wrong pointer between pages leads to
   * rows that are out of order.
   */
  private static void requireOrder(AccessPath path, List<Object> last, List<Object> key) {
    for (int i = 0; i < last.size(); i++) {
      int compared = compare(last.get(i), key.get(i));
      if (compared < 0) {
        return;
      }
      if (compared > 0) {
        break;
      }
    }
    if (!last.isEmpty()) {
      throw StoreException.damaged(
          new Damage(Damage.Kind.ROW, "rows out of order: " + path.table(), 0, 0));
    }
  }

  /** Compares two values of a key; values of different types are never in order. */
  private static int compare(Object one, @Nullable Object other) {
    if (one instanceof byte[] bytes && other instanceof byte[] others) {
      return Arrays.compareUnsigned(bytes, others);
    } else if (one instanceof String text && other instanceof String otherText) {
      return text.compareTo(otherText);
    }
    return one instanceof Number number && other instanceof Number otherNumber
        ? Long.compare(number.longValue(), otherNumber.longValue())
        : 1;
  }

  private void report(StoreException e) {
    Damage damage = e.damage();
    if (damage == null) {
      // The readers log their own failures.
      LOGGER.debug("scrub cannot read", e);
      return;
    }
    DAMAGE.report(e);
    if (damage.kind() == Damage.Kind.DERIVED) {
      indexDamaged.run();
    }
  }
}
