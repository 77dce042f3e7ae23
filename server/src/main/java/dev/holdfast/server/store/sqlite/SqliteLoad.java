package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.LoadedOffers;
import dev.holdfast.server.ledger.view.OlderReleases;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.MemtableEntry;
import dev.holdfast.server.store.sqlite.memtable.RecentReservations;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.releases.SlotPasts;
import dev.holdfast.server.store.sqlite.releases.SqlitePasts;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads the rows that a batch reads, the first step of a batch. Rows are loaded as sets, because a
 * query costs more than its rows.
 */
final class SqliteLoad {
  private static final int LARGEST_SET = 64;

  /**
   * Up to this number of reservations, reading all of a request costs less than looking up a set of
   * slots.
   */
  private static final int FEW_RESERVATIONS = 64;

  private final SqliteConnection connection;
  private final ReleaseIndex releaseIndex;
  private final RecentReservations recent;
  private final WriterCache cache;

  SqliteLoad(
      SqliteConnection connection,
      ReleaseIndex releaseIndex,
      RecentReservations recent,
      WriterCache cache) {
    this.connection = connection;
    this.releaseIndex = releaseIndex;
    this.recent = recent;
    this.cache = cache;
  }

  /**
   * Loads the state that commands declared to read.
   *
   * @param pasts receives the pasts of the slots that are found
   */
  LoadedBooks books(ReadSet reads, SlotPasts pasts) throws SQLException {
    RowMapper.RepositoryRow found = cache.repository(connection, reads.repositoryId());
    Repository repository = found == null ? newRepository(reads) : found.repository();
    long key = found == null ? 0 : found.number();
    Map<Slot, SlotHistory> slots = new HashMap<>();
    OlderReleases older = new OlderReleases();
    Map<String, RequestReservations> requests = new HashMap<>();
    Map<OperationKey, RememberedOperation> operations = new HashMap<>();
    Map<String, Set<Long>> reserved = new HashMap<>();
    LoadedOffers offers = LoadedOffers.NONE;
    if (found != null) {
      offers = offers(key, reads);
      for (OperationKey operation : reads.operations()) {
        RememberedOperation remembered = operation(key, operation);
        if (remembered != null) {
          operations.put(operation, remembered);
          RememberedOperation.Sale sale = remembered.sale();
          if (sale != null) {
            reads.slot(sale.slot(), sale.generation(), "");
          }
        }
      }
      List<Slot> withPast = new ArrayList<>(reads.slots().size());
      List<byte[]> flushedKeys = new ArrayList<>(reads.slots().size());
      List<Reservation> current = new ArrayList<>();
      for (Slot slot : reads.slots()) {
        WriterCache.CachedSlot known = cache.slot(reads.repositoryId(), slot);
        if (known != null) {
          slots.put(slot, known.history());
          if (known.past() != null) {
            pasts.put(slot, known.past());
          }
          continue;
        }
        MemtableEntry entry = recent.get(reads.repositoryId(), slot);
        if (entry != null && entry.firstInEpoch() == releaseIndex.epoch()) {
          slots.put(slot, new SlotHistory(entry.reservation(), null));
          continue;
        }
        withPast.add(slot);
        if (entry == null) {
          flushedKeys.add(SlotKeys.encode(slot));
        } else {
          current.add(entry.reservation());
        }
      }
      // In the order of the table, so that neighbours are read from one page.
      flushedKeys.sort(Arrays::compareUnsigned);
      current.addAll(flushed(key, flushedKeys));
      current.forEach(
          reservation -> slots.put(reservation.slot(), new SlotHistory(reservation, null)));
      SqlitePasts releases = new SqlitePasts(connection, releaseIndex);
      releases.loadLatest(key, withPast, pasts);
      for (Slot slot : withPast) {
        SlotPasts.Past past = pasts.of(slot);
        if (past != null) {
          Reservation now = slots.getOrDefault(slot, SlotHistory.NONE).current();
          slots.put(slot, new SlotHistory(now, past.latest()));
        }
      }
      older = releases.older(key, reads.pastKeys(), slots);
      int remaining = ReadSet.MAX_LOADED_SLOTS;
      for (Map.Entry<String, Integer> request : reads.requests().entrySet()) {
        int limit = Math.min(remaining, request.getValue());
        List<Reservation> ofRequest = flushedOf(key, request.getKey(), limit + 1);
        ofRequest.addAll(recent.ofRequest(reads.repositoryId(), request.getKey()));
        ofRequest.sort(Comparator.comparing(Reservation::slot));
        RequestReservations first = RequestReservations.first(limit, ofRequest);
        requests.put(request.getKey(), first);
        remaining -= first.reservations().size();
      }
      for (Map.Entry<String, List<long[]>> drawn : reads.drawn().entrySet()) {
        reserved.put(
            drawn.getKey(), reserved(key, reads.repositoryId(), drawn.getKey(), drawn.getValue()));
      }
    }
    return new LoadedBooks(
        reads,
        repository,
        slots,
        older,
        requests,
        reserved,
        offers,
        operations,
        SqliteKeys.load(connection, key, reads));
  }

  /**
   * Returns whether every slot that was declared has a reservation. Returns false for read sets
   * that declare anything else, because missing rows would not be noticed in those.
   */
  static boolean foundAll(LoadedBooks books) {
    ReadSet reads = books.reads();
    Repository repository = books.repository();
    return repository != null
        && !repository.deleted()
        && reads.requests().isEmpty()
        && reads.drawn().isEmpty()
        && reads.operations().isEmpty()
        && reads.offerIds().isEmpty()
        && !reads.allOffers()
        && reads.keys().isEmpty()
        && !reads.readsKeyCount()
        && reads.slots().stream().allMatch(slot -> books.slot(slot).current() != null);
  }

  private LoadedOffers offers(long repository, ReadSet reads) throws SQLException {
    SqliteOffers offers = new SqliteOffers(connection);
    if (!reads.allOffers()) {
      return offers.some(repository, reads.offerIds());
    }
    LoadedOffers known = cache.offers().get(reads.repositoryId());
    if (known == null) {
      known = offers.all(repository);
      cache.offers().put(reads.repositoryId(), known);
    }
    return known;
  }

  /** Returns the initial state of a repository that never existed; null for the default. */
  private @Nullable Repository newRepository(ReadSet reads) throws SQLException {
    long revision = LedgerRow.read(connection).firstRevision();
    return revision == 0 ? null : Repository.blank(reads.repositoryId(), revision);
  }

  private List<Reservation> flushed(long repository, List<byte[]> slotKeys) throws SQLException {
    List<Reservation> loaded = new ArrayList<>();
    for (List<byte[]> set : sets(slotKeys)) {
      PreparedStatement query =
          set(
              "SELECT "
                  + RowMapper.RESERVATION
                  + " FROM reservations WHERE repository = ? AND slot_key IN (",
              set.size());
      query.setLong(1, repository);
      setAll(query, 2, set);
      loaded.addAll(SqliteConnection.rows(query, RowMapper::reservation));
    }
    return loaded;
  }

  private static <T> List<List<T>> sets(List<T> all) {
    List<List<T>> sets = new ArrayList<>();
    for (int from = 0; from < all.size(); from += LARGEST_SET) {
      sets.add(all.subList(from, Math.min(all.size(), from + LARGEST_SET)));
    }
    return sets;
  }

  /**
   * Returns a statement for a set; sizes are rounded up to powers of two, because preparing a
   * statement is slow.
   */
  private PreparedStatement set(String beginning, int size) throws SQLException {
    return connection.prepared(beginning + "?" + ", ?".repeat(roundedUp(size) - 1) + ")");
  }

  private static int roundedUp(int size) {
    return size == 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
  }

  /** Sets the members of a set; the remaining parameters repeat the last member. */
  private static void setAll(PreparedStatement query, int from, List<byte[]> members)
      throws SQLException {
    for (int i = 0; i < roundedUp(members.size()); i++) {
      query.setBytes(from + i, members.get(Math.min(i, members.size() - 1)));
    }
  }

  private List<Reservation> flushedOf(long repository, String requestId, int limit)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key > ? AND slot_key < ?"
                + " ORDER BY slot_key LIMIT ?");
    query.setLong(1, repository);
    query.setBytes(2, SlotKeys.encodeRequest(requestId));
    query.setBytes(3, SlotKeys.afterRequest(requestId));
    query.setInt(4, limit);
    return SqliteConnection.rows(query, RowMapper::reservation);
  }

  /**
   * Returns the drawn slots that have reservations. If a request has few reservations, as most
   * have, all of them are read; otherwise only the drawn slots are looked up.
   */
  private Set<Long> reserved(
      long repository, String repositoryId, String requestId, List<long[]> drawn)
      throws SQLException {
    Set<Long> reserved = new HashSet<>();
    int recentCount = recent.countOf(repositoryId, requestId);
    if (recentCount <= FEW_RESERVATIONS) {
      PreparedStatement query =
          connection.prepared(
              "SELECT slot_key FROM reservations"
                  + " WHERE repository = ? AND slot_key > ? AND slot_key < ? LIMIT ?");
      query.setLong(1, repository);
      query.setBytes(2, SlotKeys.encodeRequest(requestId));
      query.setBytes(3, SlotKeys.afterRequest(requestId));
      query.setInt(4, FEW_RESERVATIONS + 1);
      List<Long> found = SqliteConnection.rows(query, SqliteLoad::slotIndex);
      reserved.addAll(found);
      recent
          .ofRequest(repositoryId, requestId)
          .forEach(reservation -> reserved.add(reservation.slot().slotIndex()));
      if (found.size() <= FEW_RESERVATIONS) {
        return reserved;
      }
    }
    List<byte[]> flushedKeys = new ArrayList<>();
    for (long[] indexes : drawn) {
      for (long index : indexes) {
        Slot slot = new Slot(requestId, index);
        if (recent.get(repositoryId, slot) != null) {
          reserved.add(index);
        } else {
          flushedKeys.add(SlotKeys.encode(slot));
        }
      }
    }
    flushedKeys.sort(Arrays::compareUnsigned);
    for (List<byte[]> set : sets(flushedKeys)) {
      PreparedStatement query =
          set(
              "SELECT slot_key FROM reservations WHERE repository = ? AND slot_key IN (",
              set.size());
      query.setLong(1, repository);
      setAll(query, 2, set);
      reserved.addAll(SqliteConnection.rows(query, SqliteLoad::slotIndex));
    }
    return reserved;
  }

  private static long slotIndex(ResultSet row) throws SQLException {
    return SlotKeys.decode(row.getBytes(1)).slotIndex();
  }

  /** Returns the number of reservations of a request, up to a limit. */
  int reservationCount(String repositoryId, String requestId, int limit) throws SQLException {
    RowMapper.RepositoryRow found = cache.repository(connection, repositoryId);
    if (found == null) {
      return 0;
    }
    PreparedStatement query =
        connection.prepared(
            "SELECT count(*) FROM (SELECT 1 FROM reservations"
                + " WHERE repository = ? AND slot_key > ? AND slot_key < ? LIMIT ?)");
    query.setLong(1, found.number());
    query.setBytes(2, SlotKeys.encodeRequest(requestId));
    query.setBytes(3, SlotKeys.afterRequest(requestId));
    query.setInt(4, limit);
    int flushed = SqliteConnection.rows(query, row -> row.getInt(1)).get(0);
    return Math.min(limit, flushed + recent.countOf(repositoryId, requestId));
  }

  private @Nullable RememberedOperation operation(long repository, OperationKey operation)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.OPERATION
                + " FROM operations WHERE repository = ? AND request_id = ? AND operation_id = ?");
    query.setLong(1, repository);
    query.setString(2, operation.requestId());
    query.setString(3, operation.operationId());
    List<RememberedOperation> found = SqliteConnection.rows(query, RowMapper::operation);
    return found.isEmpty() ? null : found.get(0);
  }
}
