package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.StoreException.Damage;
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
 * Looks at every row over and over while the store is served, a little at a time, along each way on
 * which rows are looked for: whoever looks for the row of a slot whose key has changed does not
 * find it, and so cannot see the damage, as whoever comes by does. TigerBeetle's grid scrubber does
 * the same.
 *
 * <p>Each little is a snapshot of its own, so that it keeps the log from nothing.
 */
final class Scrub {
  /** As it is called ten times a second, a tenth of one core. */
  private static final long STEP_NANOS = 10_000_000;

  /** In the first round, a third of one core: nobody has looked before. */
  private static final long FIRST_ROUND_STEP_NANOS = 50_000_000;

  /** From the end of one round to the beginning of the next. */
  private static final long REST_NANOS = TimeUnit.DAYS.toNanos(1);

  private static final DamageLog DAMAGE = new DamageLog();
  private static final Logger LOGGER = LoggerFactory.getLogger(Scrub.class);

  private static final List<Way> WAYS =
      List.of(
          new Way(
              "repositories", RowMapper.REPOSITORY, List.of("repository"), RowMapper::repository),
          new Way(
              "repositories",
              RowMapper.REPOSITORY,
              List.of("repository_id"),
              RowMapper::repository),
          new Way(
              "reservations",
              RowMapper.RESERVATION,
              List.of("repository", "slot_key"),
              RowMapper::reservation),
          new Way(
              "reservations INDEXED BY reservations_by_lease",
              RowMapper.RESERVATION,
              List.of("lease_expire_micros", "repository", "slot_key"),
              RowMapper::reservation),
          new Way(
              "offers", SqliteOffers.COLUMNS, List.of("repository", "offer_id"), SqliteOffers::row),
          new Way(
              "operations",
              RowMapper.OPERATION,
              List.of("repository", "request_id", "operation_id"),
              RowMapper::operation),
          new Way(
              "operations INDEXED BY operations_by_revision",
              RowMapper.OPERATION,
              List.of("repository", "revision", "request_id", "operation_id"),
              RowMapper::operation),
          new Way("events", EventChunk.COLUMNS, List.of("chunk"), EventChunk::checkAll),
          new Way(
              "events INDEXED BY events_by_revision",
              EventChunk.HEADER,
              List.of("repository", "last_revision"),
              row -> EventChunk.read(row, 1)),
          new Way("served", ServedTime.TIME, List.of("rowid"), ServedTime::time),
          new Way("served_notes", ServedTime.NOTE, List.of("served_micros"), ServedTime::check),
          new Way("gaps", RevisionGaps.COLUMNS, List.of("repository"), RevisionGaps::checked),
          new Way("entries", SqliteKeys.ENTRY, List.of("repository", "key"), SqliteKeys::entry),
          new Way("entry_versions", SqliteKeys.VERSION, List.of("repository"), SqliteKeys::version),
          new Way("history_runs", RunRows.RUN, List.of("run"), RunRows.Run::read),
          new Way(
              RunRows.PARTS,
              RunRows.columns(RunRows.PARTS),
              List.of("part"),
              row -> RunRows.bytes(RunRows.PARTS, row)),
          new Way(
              RunRows.FILTERS,
              RunRows.columns(RunRows.FILTERS),
              List.of("part"),
              row -> RunRows.bytes(RunRows.FILTERS, row)));

  private final Readers readers;
  private final Runnable indexDamaged;

  private int at;

  /** Behind which row of the way to go on; empty for its beginning. */
  private List<Object> behind = List.of();

  private long stepNanos = FIRST_ROUND_STEP_NANOS;
  private long restUntilNanos = System.nanoTime();

  /**
   * At the beginning.
   *
   * @param indexDamaged has the index of releases made again
   */
  Scrub(Readers readers, Runnable indexDamaged) {
    this.readers = readers;
    this.indexDamaged = indexDamaged;
  }

  /**
   * A way along which rows are looked for.
   *
   * @param table the table, with the index where that is none of its keys
   * @param columns what is looked at
   * @param key the columns that order the rows
   * @param look looks at a row
   */
  private record Way(String table, String columns, List<String> key, SqliteRecount.Look look) {
    String query(boolean fromTheBeginning) {
      String all = String.join(", ", key);
      return "SELECT "
          + columns
          + ", "
          + all
          + " FROM "
          + table
          + " WHERE "
          + key.get(0)
          + " IS NOT NULL"
          + (fromTheBeginning ? "" : " AND (" + all + ") > (?" + ", ?".repeat(key.size() - 1) + ")")
          + " ORDER BY "
          + all;
    }
  }

  /**
   * Looks at some rows, unless a round has ended within the last day.
   *
   * @return false at the end of a round
   */
  boolean step() {
    if (System.nanoTime() - restUntilNanos < 0) {
      return false;
    }
    boolean more;
    try {
      more = readers.read(connection -> look(connection, WAYS.get(at)));
    } catch (StoreException e) {
      // Behind a row of which nobody knows where it belongs there is no going on.
      more = false;
      tell(e);
    }
    if (!more) {
      behind = List.of();
      at = (at + 1) % WAYS.size();
      if (at == 0) {
        stepNanos = STEP_NANOS;
        restUntilNanos = System.nanoTime() + REST_NANOS;
        return false;
      }
    }
    return true;
  }

  /** Answers whether there is more. */
  private boolean look(SqliteConnection connection, Way way) throws SQLException {
    PreparedStatement query = connection.prepared(way.query(behind.isEmpty()));
    for (int i = 0; i < behind.size(); i++) {
      query.setObject(i + 1, behind.get(i));
    }
    long end = System.nanoTime() + stepNanos;
    try (ResultSet row = query.executeQuery()) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        look(row, way);
        List<Object> key = new ArrayList<>();
        for (int i = columns - way.key().size() + 1; i <= columns; i++) {
          key.add(row.getObject(i));
        }
        requireBehind(way, key);
        behind = key;
        if (System.nanoTime() - end > 0) {
          return true;
        }
      }
    }
    return false;
  }

  private void look(ResultSet row, Way way) throws SQLException {
    try {
      way.look().at(row);
    } catch (StoreException e) {
      Damage damage = e.damage();
      if (damage == null || damage.kind() != Damage.Kind.CONTENT) {
        throw e;
      }
      tell(e);
    }
  }

  /** Where a page of the table leads to a wrong one, the rows there are out of order. */
  private void requireBehind(Way way, List<Object> key) {
    for (int i = 0; i < behind.size(); i++) {
      int compared = compare(behind.get(i), key.get(i));
      if (compared < 0) {
        return;
      }
      if (compared > 0) {
        break;
      }
    }
    if (!behind.isEmpty()) {
      throw StoreException.damaged(
          new Damage(Damage.Kind.ROW, "rows out of order: " + way.table(), 0, 0));
    }
  }

  /** What is of another kind is never in order. */
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

  private void tell(StoreException e) {
    Damage damage = e.damage();
    if (damage == null) {
      // Those who read tell it.
      LOGGER.debug("the scrub cannot read", e);
      return;
    }
    DAMAGE.tell(e);
    if (damage.kind() == Damage.Kind.DERIVED) {
      indexDamaged.run();
    }
  }
}
