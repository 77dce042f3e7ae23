package dev.holdfast.server.store.sqlite.rows;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.server.store.sqlite.connection.RowChecksum;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads and writes the table of offers. */
public final class SqliteOffers {
  private static final String TERMS =
      "min_price, total_bytes, min_slot_bytes, max_slot_bytes, max_duration_micros,"
          + " max_collateral, until_micros, enabled";

  public static final String COLUMNS = "repository, offer_id, sold_bytes, " + TERMS + ", checksum";

  private final SqliteConnection connection;

  public SqliteOffers(SqliteConnection connection) {
    this.connection = connection;
  }

  /** A row of the table; without terms it belongs to a deleted offer. */
  public record Row(long repository, String offerId, long soldBytes, Offer.@Nullable Terms terms) {
    private RowChecksum checksum() {
      RowChecksum checksum =
          new RowChecksum("offers").number(repository).text(offerId).number(soldBytes);
      if (terms == null) {
        return checksum;
      }
      BigInteger collateral = terms.maxCollateral();
      return checksum
          .text(terms.minPrice().toString())
          .number(terms.totalBytes())
          .number(terms.minSlotBytes())
          .number(terms.maxSlotBytes())
          .number(terms.maxDurationMicros())
          .text(collateral == null ? null : collateral.toString())
          .optional(terms.untilMicros())
          .number(terms.enabled() ? 1 : 0);
    }
  }

  /** Returns all offers of a repository. */
  public LoadedOffers all(long repository) throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT " + COLUMNS + " FROM offers WHERE repository = ?");
    query.setLong(1, repository);
    return loaded(SqliteConnection.rows(query, SqliteOffers::row));
  }

  /** Returns some offers of a repository. */
  public LoadedOffers some(long repository, Set<String> offerIds) throws SQLException {
    List<Row> rows = new ArrayList<>(offerIds.size());
    for (String offerId : offerIds) {
      rows.add(row(repository, offerId));
    }
    return loaded(rows);
  }

  private static LoadedOffers loaded(List<Row> rows) {
    Map<String, Offer.Terms> terms = new HashMap<>();
    Map<String, Long> soldBytes = new HashMap<>();
    for (Row row : rows) {
      if (row.terms() != null) {
        terms.put(row.offerId(), row.terms());
      }
      if (row.soldBytes() != 0) {
        soldBytes.put(row.offerId(), row.soldBytes());
      }
    }
    return LoadedOffers.of(terms, soldBytes);
  }

  /**
   * Writes the changes of offers. The row of a deleted offer stays as long as a reservation was
   * sold under the offer.
   */
  public void write(long repository, Delta.OffersDelta delta) throws SQLException {
    if (delta.isEmpty()) {
      return;
    }
    if (delta.cleared()) {
      PreparedStatement clear = connection.prepared("DELETE FROM offers WHERE repository = ?");
      clear.setLong(1, repository);
      clear.executeUpdate();
    }
    SortedSet<String> altered = new TreeSet<>(delta.terms().keySet());
    altered.addAll(delta.soldBytes().keySet());
    for (String offerId : altered) {
      Row before = row(repository, offerId);
      Optional<Offer.Terms> terms = delta.terms().get(offerId);
      Row after =
          new Row(
              repository,
              offerId,
              before.soldBytes() + delta.soldBytes().getOrDefault(offerId, 0L),
              terms == null ? before.terms() : terms.orElse(null));
      if (after.terms() == null && after.soldBytes() == 0) {
        delete(after);
      } else {
        put(after);
      }
    }
  }

  /** Returns the row of an offer; an empty row if there is none. */
  private Row row(long repository, String offerId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + COLUMNS + " FROM offers WHERE repository = ? AND offer_id = ?");
    query.setLong(1, repository);
    query.setString(2, offerId);
    return SqliteConnection.rows(query, SqliteOffers::row).stream()
        .findFirst()
        .orElse(new Row(repository, offerId, 0, null));
  }

  private void delete(Row row) throws SQLException {
    PreparedStatement delete =
        connection.prepared("DELETE FROM offers WHERE repository = ? AND offer_id = ?");
    delete.setLong(1, row.repository());
    delete.setString(2, row.offerId());
    delete.executeUpdate();
  }

  private void put(Row row) throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT OR REPLACE INTO offers ("
                + COLUMNS
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    Offer.Terms terms = row.terms();
    put.setLong(1, row.repository());
    put.setString(2, row.offerId());
    put.setLong(3, row.soldBytes());
    put.setObject(4, terms == null ? null : terms.minPrice().toString());
    put.setObject(5, terms == null ? null : unlessZero(terms.totalBytes()));
    put.setObject(6, terms == null ? null : unlessZero(terms.minSlotBytes()));
    put.setObject(7, terms == null ? null : unlessZero(terms.maxSlotBytes()));
    put.setObject(8, terms == null ? null : unlessZero(terms.maxDurationMicros()));
    BigInteger collateral = terms == null ? null : terms.maxCollateral();
    put.setObject(9, collateral == null ? null : collateral.toString());
    put.setObject(10, terms == null ? null : terms.untilMicros());
    put.setObject(11, terms == null ? null : terms.enabled() ? 1 : 0);
    put.setInt(12, row.checksum().value());
    put.executeUpdate();
  }

  private static @Nullable Long unlessZero(long number) {
    return number == 0 ? null : number;
  }

  /** Returns a page of the offers of a repository, in the order of their ids. */
  public List<Offer> page(long repository, String afterId, int limit) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + COLUMNS
                + " FROM offers WHERE repository = ? AND offer_id > ? AND min_price IS NOT NULL"
                + " ORDER BY offer_id LIMIT ?");
    query.setLong(1, repository);
    query.setString(2, afterId);
    query.setInt(3, limit);
    return SqliteConnection.rows(query, SqliteOffers::offer);
  }

  public Optional<Offer> one(long repository, String offerId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + COLUMNS
                + " FROM offers WHERE repository = ? AND offer_id = ? AND min_price IS NOT NULL");
    query.setLong(1, repository);
    query.setString(2, offerId);
    return SqliteConnection.rows(query, SqliteOffers::offer).stream().findFirst();
  }

  private static Offer offer(ResultSet columns) throws SQLException {
    Row row = row(columns);
    return new Offer(row.offerId(), requireNonNull(row.terms()), row.soldBytes());
  }

  /** Reads and checks a row of the table. */
  public static Row row(ResultSet columns) throws SQLException {
    @Nullable String minPrice = columns.getString(4);
    String offerId = columns.getString(2);
    Row row =
        new Row(
            columns.getLong(1),
            offerId,
            columns.getLong(3),
            minPrice == null ? null : terms(columns, offerId, minPrice));
    row.checksum().check(columns.getLong(12), () -> "offer " + offerId);
    return row;
  }

  private static Offer.Terms terms(ResultSet row, String offerId, String minPrice)
      throws SQLException {
    @Nullable String maxCollateral = row.getString(9);
    long untilMicros = row.getLong(10);
    boolean until = !row.wasNull();
    return new Offer.Terms(
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        number(offerId, minPrice),
        maxCollateral == null ? null : number(offerId, maxCollateral),
        until ? untilMicros : null,
        row.getBoolean(11));
  }

  private static BigInteger number(String offerId, String digits) {
    try {
      return new BigInteger(digits);
    } catch (NumberFormatException e) {
      throw StoreException.damaged(
          new StoreException.Damage(
              StoreException.Damage.Kind.ROW, "damaged row of offers: offer " + offerId, 0, 0));
    }
  }
}
