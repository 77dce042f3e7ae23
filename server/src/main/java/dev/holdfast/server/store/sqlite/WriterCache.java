package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.RepositorySlot;
import dev.holdfast.server.store.sqlite.releases.SlotPasts;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came last, as it was committed: a slot that is changed, or reserved again and again, needs
 * no look into the file then; and every batch needs its repository. Only for the one who writes,
 * who alone alters them.
 */
final class WriterCache {
  /**
   * Some two megabytes. More would be carried along by every collection of garbage, and everybody
   * waits for those.
   */
  private static final int SLOTS = 2048;

  private static final int REPOSITORIES = 1024;

  /**
   * A slot.
   *
   * @param history what is known of it
   * @param past where the index has the end of its past; null for nowhere
   */
  record KnownSlot(SlotHistory history, SlotPasts.@Nullable Past past) {}

  private final Map<RepositorySlot, KnownSlot> slots = latest(SLOTS);
  private final Map<String, RowMapper.Known> repositories = latest(REPOSITORIES);

  private final OffersCache offers = new OffersCache();

  private static <K, V> Map<K, V> latest(int room) {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > room;
      }
    };
  }

  /** A repository as it was committed last; null where there never was such a one. */
  RowMapper.@Nullable Known repository(SqliteConnection connection, String repositoryId)
      throws SQLException {
    RowMapper.Known known = repositories.get(repositoryId);
    if (known != null) {
      return known;
    }
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ?");
    query.setString(1, repositoryId);
    try (ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      known = RowMapper.repository(row);
    }
    repositories.put(repositoryId, known);
    return known;
  }

  void put(long number, Repository repository) {
    repositories.put(repository.id(), new RowMapper.Known(number, repository));
  }

  /** What is known of a slot; null where the file has to be asked. */
  @Nullable KnownSlot slot(String repositoryId, Slot slot) {
    return slots.get(new RepositorySlot(repositoryId, slot));
  }

  void put(String repositoryId, Slot slot, KnownSlot known) {
    slots.put(new RepositorySlot(repositoryId, slot), known);
  }

  void remove(String repositoryId, Slot slot) {
    slots.remove(new RepositorySlot(repositoryId, slot));
  }

  OffersCache offers() {
    return offers;
  }

  void clearSlots() {
    slots.clear();
  }

  void clear() {
    slots.clear();
    repositories.clear();
    offers.clear();
  }
}
