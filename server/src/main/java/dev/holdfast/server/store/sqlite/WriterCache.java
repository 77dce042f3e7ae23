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
 * Caches recently committed slots and repositories: a slot that is changed or reserved repeatedly
 * needs no read of the file then, and every batch needs its repository. Only the writer's thread
 * uses and changes it.
 */
final class WriterCache {
  /**
   * The number of cached slots: some two megabytes. More would lengthen every garbage collection,
   * for which all callers wait.
   */
  private static final int SLOTS = 2048;

  private static final int REPOSITORIES = 1024;

  /**
   * A cached slot.
   *
   * @param history the state of the slot
   * @param past the latest part of the slot's past in the release index; null for none
   */
  record CachedSlot(SlotHistory history, SlotPasts.@Nullable Past past) {}

  private final Map<RepositorySlot, CachedSlot> slots = latest(SLOTS);
  private final Map<String, RowMapper.RepositoryRow> repositories = latest(REPOSITORIES);

  private final OffersCache offers = new OffersCache();

  private static <K, V> Map<K, V> latest(int capacity) {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > capacity;
      }
    };
  }

  /** Returns the last committed state of a repository; null if it never existed. */
  RowMapper.@Nullable RepositoryRow repository(SqliteConnection connection, String repositoryId)
      throws SQLException {
    RowMapper.RepositoryRow known = repositories.get(repositoryId);
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
    repositories.put(repository.id(), new RowMapper.RepositoryRow(number, repository));
  }

  /** Returns the state of a slot; null if it must be read from the file. */
  @Nullable CachedSlot slot(String repositoryId, Slot slot) {
    return slots.get(new RepositorySlot(repositoryId, slot));
  }

  void put(String repositoryId, Slot slot, CachedSlot known) {
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
