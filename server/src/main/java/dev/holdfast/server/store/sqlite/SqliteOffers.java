package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.Recount;
import dev.holdfast.server.ledger.books.Delta;
import dev.holdfast.server.ledger.books.LoadedOffers;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Touched;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The table of offers: read, written and counted again. */
final class SqliteOffers {
  private static final String TERMS =
      "min_price, total_bytes, min_slot_bytes, max_slot_bytes, max_duration_micros,"
          + " max_collateral, until_micros, enabled";

  private static final String COLUMNS = "offer_id, sold_bytes, " + TERMS;

  private final SqliteConnection connection;

  SqliteOffers(SqliteConnection connection) {
    this.connection = connection;
  }

  /** A row of the table; without terms it is a deleted offer's. */
  private record Row(String offerId, long soldBytes, Offer.@Nullable Terms terms) {}

  LoadedOffers load(long repository, Touched touched) throws SQLException {
    if (!touched.allOffers() && touched.offerIds().isEmpty()) {
      return LoadedOffers.NONE;
    }
    Map<String, Offer.Terms> terms = new HashMap<>();
    Map<String, Long> soldBytes = new HashMap<>();
    String all = "SELECT " + COLUMNS + " FROM offers WHERE repository = ?";
    if (touched.allOffers()) {
      PreparedStatement query = connection.prepared(all);
      query.setLong(1, repository);
      take(query, terms, soldBytes);
    } else {
      PreparedStatement query = connection.prepared(all + " AND offer_id = ?");
      for (String offerId : touched.offerIds()) {
        query.setLong(1, repository);
        query.setString(2, offerId);
        take(query, terms, soldBytes);
      }
    }
    return new LoadedOffers(terms, soldBytes);
  }

  private static void take(
      PreparedStatement query, Map<String, Offer.Terms> terms, Map<String, Long> soldBytes)
      throws SQLException {
    for (Row row : SqliteConnection.rows(query, SqliteOffers::row)) {
      if (row.terms() != null) {
        terms.put(row.offerId(), row.terms());
      }
      if (row.soldBytes() != 0) {
        soldBytes.put(row.offerId(), row.soldBytes());
      }
    }
  }

  /** A deleted offer's row stays for as long as something is sold under it. */
  void write(long repository, Delta.OffersDelta delta) throws SQLException {
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
      Optional<Offer.Terms> terms = delta.terms().get(offerId);
      if (terms != null) {
        put(repository, offerId, terms.orElse(null));
      }
      Long soldBytes = delta.soldBytes().get(offerId);
      if (soldBytes != null) {
        sell(repository, offerId, soldBytes);
      }
      PreparedStatement drop =
          connection.prepared(
              "DELETE FROM offers WHERE repository = ? AND offer_id = ?"
                  + " AND min_price IS NULL AND sold_bytes = 0");
      drop.setLong(1, repository);
      drop.setString(2, offerId);
      drop.executeUpdate();
    }
  }

  private void put(long repository, String offerId, Offer.@Nullable Terms terms)
      throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT INTO offers (repository, "
                + COLUMNS
                + ") VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (repository, offer_id) DO UPDATE SET ("
                + TERMS
                + ") = (excluded.min_price, excluded.total_bytes, excluded.min_slot_bytes,"
                + " excluded.max_slot_bytes, excluded.max_duration_micros,"
                + " excluded.max_collateral, excluded.until_micros, excluded.enabled)");
    put.setLong(1, repository);
    put.setString(2, offerId);
    put.setObject(3, terms == null ? null : terms.minPrice().toString());
    put.setObject(4, terms == null ? null : unlessZero(terms.totalBytes()));
    put.setObject(5, terms == null ? null : unlessZero(terms.minSlotBytes()));
    put.setObject(6, terms == null ? null : unlessZero(terms.maxSlotBytes()));
    put.setObject(7, terms == null ? null : unlessZero(terms.maxDurationMicros()));
    BigInteger collateral = terms == null ? null : terms.maxCollateral();
    put.setObject(8, collateral == null ? null : collateral.toString());
    put.setObject(9, terms == null ? null : terms.untilMicros());
    put.setObject(10, terms == null ? null : terms.enabled() ? 1 : 0);
    put.executeUpdate();
  }

  private static @Nullable Long unlessZero(long number) {
    return number == 0 ? null : number;
  }

  private void sell(long repository, String offerId, long soldBytes) throws SQLException {
    PreparedStatement update =
        connection.prepared(
            "UPDATE offers SET sold_bytes = sold_bytes + ? WHERE repository = ? AND offer_id = ?");
    update.setLong(1, soldBytes);
    update.setLong(2, repository);
    update.setString(3, offerId);
    update.executeUpdate();
  }

  /** Some offers of a repository that exists, by id. */
  List<Offer> page(String repositoryId, String afterId, int limit) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + COLUMNS
                + " FROM offers WHERE repository = "
                + SqliteReads.ID
                + " AND offer_id > ? AND min_price IS NOT NULL ORDER BY offer_id LIMIT ?");
    query.setString(1, repositoryId);
    query.setString(2, afterId);
    query.setInt(3, limit);
    return SqliteConnection.rows(query, SqliteOffers::offer);
  }

  Optional<Offer> one(String repositoryId, String offerId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + COLUMNS
                + " FROM offers WHERE repository = "
                + SqliteReads.ID
                + " AND offer_id = ? AND min_price IS NOT NULL");
    query.setString(1, repositoryId);
    query.setString(2, offerId);
    return SqliteConnection.rows(query, SqliteOffers::offer).stream().findFirst();
  }

  /**
   * Counts what is sold under each offer, beside what is recorded, where either is not 0.
   *
   * @param young the young reservations of the repository
   */
  List<Recount.Sold> recount(String repositoryId, List<Reservation> young) throws SQLException {
    Map<String, Recount.Sold> sold = new TreeMap<>();
    PreparedStatement query =
        connection.prepared(
            "SELECT offer_id, sum(recorded), sum(counted) FROM ("
                + "SELECT offer_id, sold_bytes AS recorded, 0 AS counted FROM offers"
                + " WHERE repository = "
                + SqliteReads.ID
                + " UNION ALL SELECT offer_id, 0, amount_bytes FROM reservations"
                + " WHERE repository = "
                + SqliteReads.ID
                + " AND offer_id IS NOT NULL) GROUP BY offer_id");
    query.setString(1, repositoryId);
    query.setString(2, repositoryId);
    SqliteConnection.rows(
            query, row -> new Recount.Sold(row.getString(1), row.getLong(2), row.getLong(3)))
        .forEach(one -> sold.put(one.offerId(), one));
    for (Reservation one : young) {
      if (!one.offerId().isEmpty()) {
        sold.merge(
            one.offerId(),
            new Recount.Sold(one.offerId(), 0, one.amountBytes()),
            SqliteOffers::sum);
      }
    }
    sold.values().removeIf(one -> one.recordedBytes() == 0 && one.countedBytes() == 0);
    return List.copyOf(sold.values());
  }

  private static Recount.Sold sum(Recount.Sold one, Recount.Sold other) {
    return new Recount.Sold(
        one.offerId(),
        one.recordedBytes() + other.recordedBytes(),
        one.countedBytes() + other.countedBytes());
  }

  private static Offer offer(ResultSet row) throws SQLException {
    return new Offer(row.getString(1), terms(row, row.getString(3)), row.getLong(2));
  }

  private static Row row(ResultSet row) throws SQLException {
    @Nullable String minPrice = row.getString(3);
    return new Row(
        row.getString(1), row.getLong(2), minPrice == null ? null : terms(row, minPrice));
  }

  private static Offer.Terms terms(ResultSet row, String minPrice) throws SQLException {
    @Nullable String maxCollateral = row.getString(8);
    long untilMicros = row.getLong(9);
    boolean until = !row.wasNull();
    return new Offer.Terms(
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        new BigInteger(minPrice),
        maxCollateral == null ? null : new BigInteger(maxCollateral),
        until ? untilMicros : null,
        row.getBoolean(10));
  }
}
