package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The terms on which space is sold, and the sold bytes. */
public final class OfferRows {
  private static final String TERMS =
      "min_price, total_bytes, min_slot_bytes, max_slot_bytes, max_duration_micros,"
          + " max_collateral, until_micros, enabled";

  private static final String COLUMNS = "offer_id, sold_bytes, " + TERMS;

  private static final String SELECT = "SELECT " + COLUMNS + " FROM offers WHERE repository_id = ?";

  private static final String INSERT = "INSERT INTO offers (repository_id, " + COLUMNS + ")";

  private static final String ROW = "(?, ?, ?, ?::varchar, ?, ?, ?, ?, ?::varchar, ?::bigint, ?)";

  private static final String ADD_SOLD =
      "ON CONFLICT (repository_id, offer_id)"
          + " DO UPDATE SET sold_bytes = offers.sold_bytes + excluded.sold_bytes";

  private static final Offer.Terms NO_TERMS =
      new Offer.Terms(0, 0, 0, 0, BigInteger.ZERO, null, null, false);

  private final Map<String, Offer.Terms> terms = new HashMap<>();
  private final Map<String, Long> soldBytes = new HashMap<>();

  /** Adds the load of some offers, or of all. */
  public void load(Flight flight, String repositoryId, boolean all, Set<String> offerIds) {
    if (all) {
      flight.query(SELECT, this::read, repositoryId);
    } else if (!offerIds.isEmpty()) {
      flight.query(
          SELECT + " AND offer_id = ANY (?)",
          this::read,
          repositoryId,
          offerIds.toArray(String[]::new));
    }
  }

  private void read(ResultSet row) throws SQLException {
    String offerId = row.getString(1);
    Offer.Terms found = terms(row);
    if (found != null) {
      terms.put(offerId, found);
    }
    if (row.getLong(2) != 0) {
      soldBytes.put(offerId, row.getLong(2));
    }
  }

  /** Returns the loaded offers. */
  public LoadedOffers loaded() {
    return LoadedOffers.of(terms, soldBytes);
  }

  /** Returns the terms of an offer; null if it was deleted. */
  private static Offer.@Nullable Terms terms(ResultSet row) throws SQLException {
    @Nullable String minPrice = row.getString(3);
    if (minPrice == null) {
      return null;
    }
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

  /** Receives the rows of offers, also of deleted ones. */
  public interface Visitor {
    /**
     * Receives a row.
     *
     * @param found the terms; null if the offer was deleted
     */
    void offer(String offerId, Offer.@Nullable Terms found, long sold);
  }

  /** Visits all rows of a repository. Must be called in a snapshot. */
  public static void visit(Session session, String repositoryId, Visitor visitor)
      throws SQLException {
    session.stream(
        SELECT, row -> visitor.offer(row.getString(1), terms(row), row.getLong(2)), repositoryId);
  }

  /** Returns a page of the existing offers, by id. */
  public static List<Offer> page(Session session, String repositoryId, String afterId, int limit)
      throws SQLException {
    return session.list(
        SELECT + " AND offer_id > ? AND min_price IS NOT NULL ORDER BY offer_id LIMIT ?",
        OfferRows::offer,
        repositoryId,
        afterId,
        limit);
  }

  /** Returns an offer that exists. */
  public static Optional<Offer> one(Session session, String repositoryId, String offerId)
      throws SQLException {
    return session
        .list(
            SELECT + " AND offer_id = ? AND min_price IS NOT NULL",
            OfferRows::offer,
            repositoryId,
            offerId)
        .stream()
        .findFirst();
  }

  private static Offer offer(ResultSet row) throws SQLException {
    return new Offer(row.getString(1), Objects.requireNonNull(terms(row)), row.getLong(2));
  }

  /** Returns the recorded sold bytes of offers, by offer id. */
  public static Map<String, Long> sold(Session session, String repositoryId) throws SQLException {
    OfferRows rows = new OfferRows();
    Flight flight = session.flight();
    rows.load(flight, repositoryId, true, Set.of());
    flight.run();
    return rows.soldBytes;
  }

  /**
   * Adds the writes of a batch. The row of a deleted offer stays as long as a reservation was sold
   * under the offer.
   */
  public static void write(Flight flight, String repositoryId, Delta.OffersDelta delta) {
    if (delta.isEmpty()) {
      return;
    }
    if (delta.cleared()) {
      flight.add("DELETE FROM offers WHERE repository_id = ?", repositoryId);
    }
    Set<String> altered = new TreeSet<>(delta.terms().keySet());
    altered.addAll(delta.soldBytes().keySet());
    List<@Nullable Object[]> withTerms = new ArrayList<>();
    List<@Nullable Object[]> sold = new ArrayList<>();
    for (String offerId : altered) {
      Optional<Offer.Terms> changed = delta.terms().get(offerId);
      (changed == null ? sold : withTerms)
          .add(
              row(
                  repositoryId,
                  offerId,
                  delta.soldBytes().getOrDefault(offerId, 0L),
                  changed == null ? null : changed.orElse(null)));
    }
    flight.insert(INSERT, ROW, ADD_SOLD, sold);
    flight.insert(
        INSERT,
        ROW,
        ADD_SOLD
            + ", min_price = excluded.min_price, total_bytes = excluded.total_bytes,"
            + " min_slot_bytes = excluded.min_slot_bytes,"
            + " max_slot_bytes = excluded.max_slot_bytes,"
            + " max_duration_micros = excluded.max_duration_micros,"
            + " max_collateral = excluded.max_collateral, until_micros = excluded.until_micros,"
            + " enabled = excluded.enabled",
        withTerms);
    flight.add(
        "DELETE FROM offers WHERE repository_id = ? AND offer_id = ANY (?)"
            + " AND min_price IS NULL AND sold_bytes = 0",
        repositoryId,
        altered.toArray(String[]::new));
  }

  private static @Nullable Object[] row(
      String repositoryId, String offerId, long soldBytes, Offer.@Nullable Terms terms) {
    Offer.Terms written = terms == null ? NO_TERMS : terms;
    BigInteger collateral = written.maxCollateral();
    return new @Nullable Object[] {
      repositoryId,
      offerId,
      soldBytes,
      terms == null ? null : terms.minPrice().toString(),
      written.totalBytes(),
      written.minSlotBytes(),
      written.maxSlotBytes(),
      written.maxDurationMicros(),
      collateral == null ? null : collateral.toString(),
      written.untilMicros(),
      written.enabled()
    };
  }
}
