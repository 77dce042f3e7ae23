package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.postgresql.connection.Connections;
import dev.holdfast.server.store.postgresql.connection.OwnConnection;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.RowReader;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import dev.holdfast.server.store.postgresql.rows.BatchRows;
import dev.holdfast.server.store.postgresql.rows.EntryRows;
import dev.holdfast.server.store.postgresql.rows.OfferRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The engine on PostgreSQL, for any number of servers on one database. */
public final class PostgresStore implements LedgerStore {
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

  /** Housekeeping changes many rows by one statement. */
  private static final Duration HOUSEKEEPING_TIMEOUT = Duration.ofMinutes(5);

  /** A statement over all rows may be silent for so long. */
  private static final Duration ALONE_TIMEOUT = Duration.ofHours(1);

  private static final String NO_BOUND = "0";

  private final Connections connections;
  private final OwnConnection signsOfLife;
  private final OwnConnection housekeeping;
  private final OwnConnection health;
  private final PostgresMaintenance maintenance;
  private final Readiness readiness;
  private final EngineClock clock = new EngineClock();

  private PostgresStore(Connections connections) {
    this.connections = connections;
    PostgresSettings settings = connections.settings();
    this.signsOfLife = new OwnConnection(connections, settings.answerTimeout());
    this.housekeeping = new OwnConnection(connections, HOUSEKEEPING_TIMEOUT);
    this.health = new OwnConnection(connections, PROBE_TIMEOUT);
    this.maintenance = new PostgresMaintenance(signsOfLife, housekeeping, settings);
    this.readiness = new Readiness(connections, health, clock);
  }

  /**
   * Opens the engine, and migrates the database if this program is newer.
   *
   * @throws StoreException if the database cannot be used, with a sentence that says what to do.
   *     Nothing is left behind then
   */
  public static PostgresStore open(PostgresSettings settings) {
    return open(settings, statement -> {});
  }

  /**
   * Opens the engine.
   *
   * @param statements receives every statement that is sent, without values, on the thread that
   *     sends it
   */
  static PostgresStore open(PostgresSettings settings, Consumer<String> statements) {
    return open(new PostgresStore(new Connections(settings, statements)), PostgresSchema::prepare);
  }

  /**
   * Opens the engine on a database that has a ledger.
   *
   * @throws StoreException as {@link #open(PostgresSettings)}, and if there is no ledger; nothing
   *     is created then
   */
  public static PostgresStore openExisting(PostgresSettings settings) {
    return open(
        new PostgresStore(new Connections(settings, statement -> {})),
        PostgresSchema::prepareExisting);
  }

  private interface Preparation {
    void run(Session session, PostgresSettings settings);
  }

  private static PostgresStore open(PostgresStore store, Preparation preparation) {
    try {
      store.prepare(preparation);
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** Makes the owner of an engine, who closes it; closes it if that fails. */
  static <T> T handOver(PostgresStore store, Function<PostgresStore, T> owner) {
    try {
      return owner.apply(store);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /**
   * Raises all revisions of a database that was restored from a backup, by at least 2^40, so that
   * no revision, generation or version is given out twice. No server may use the database.
   *
   * @return the number of repositories
   */
  public int raiseRevisions() {
    PostgresSettings settings = connections.settings();
    try (Session session = connections.single(settings.answerTimeout())) {
      return new PostgresJump(session, settings).run();
    } catch (SQLException e) {
      throw SqlErrors.beforeCommit("raise revisions", e);
    }
  }

  /**
   * Begins a transaction that keeps all servers away, and that may take long.
   *
   * @throws StoreException if a server uses the database
   */
  Session alone() throws SQLException {
    PostgresSettings settings = connections.settings();
    Session session = connections.single(ALONE_TIMEOUT);
    try {
      session.beginLong();
      session
          .flight()
          .query(
              SqlTexts.BOUNDS,
              RowReader.NONE,
              NO_BOUND,
              Long.toString(settings.lockTimeout().toMillis()),
              NO_BOUND)
          .run();
      var unused = IdleDatabase.require(session);
      return session;
    } catch (SQLException | RuntimeException e) {
      session.close();
      if (e instanceof SQLException error && SqlErrors.is(error, SqlErrors.LOCK_NOT_AVAILABLE)) {
        throw StoreException.refused(
            "another move, or a server that starts, uses the database, or --from and --to are the"
                + " same one; wait until it has ended, or correct the URL");
      }
      throw e;
    }
  }

  String location() {
    return connections.settings().url().toString();
  }

  /**
   * Returns whether a database cannot be opened until somebody changes the address, the role, the
   * database or the program; otherwise it may only be away.
   */
  public static boolean isMisconfigured(Exception failure) {
    if (failure.getCause() instanceof SQLException error) {
      return !SqlErrors.isAway(error);
    }
    // Without a cause, the database was refused for now: it is a standby, or does not answer.
    return failure.getCause() != null;
  }

  private void prepare(Preparation preparation) {
    PostgresSettings settings = connections.settings();
    try (Session session = connections.single(settings.answerTimeout())) {
      preparation.run(session, settings);
      MovedLedger.requireAtStart(session);
    } catch (SQLException e) {
      throw SqlErrors.reading("cannot use the database " + settings.url(), e);
    }
    readiness.probe();
    if (!readiness.trouble().isEmpty()) {
      throw StoreException.refused(readiness.trouble());
    }
  }

  @Override
  public Concurrency concurrency() {
    return new Concurrency(connections.settings().writers(), false);
  }

  /** Returns the clock of the database. */
  public LedgerClock clock() {
    return clock;
  }

  @Override
  public Transaction begin(SortedSet<String> repositoryIds) {
    String repositoryId = only(repositoryIds);
    try {
      return new PostgresTransaction(
          connections.writer(), connections.settings(), clock, repositoryId);
    } catch (SQLException e) {
      throw SqlErrors.beforeCommit("begin a transaction", e);
    }
  }

  private static String only(SortedSet<String> repositoryIds) {
    if (repositoryIds.size() != 1) {
      throw new IllegalArgumentException(
          "a transaction must be one of one repository, not of " + repositoryIds);
    }
    return repositoryIds.first();
  }

  @Override
  public CommitOutcome outcomeOf(BatchId batchId, SortedSet<String> repositoryIds) {
    String repositoryId = only(repositoryIds);
    PostgresSettings settings = connections.settings();
    try (Session session = connections.single(settings.answerTimeout())) {
      session.begin(settings).run();
      // Waits for the transaction of the batch: only then its id is there, or never will be.
      RepositoryRows.await(session, repositoryId);
      boolean committed = BatchRows.exists(session, repositoryId, batchId);
      if (committed) {
        // It may be on this server alone. The lock was written after it, so this waits until a
        // synchronous standby has both.
        session.flight().add(SqlTexts.UNBOUNDED_COMMIT).add(SqlTexts.COMMIT).run();
        return CommitOutcome.COMMITTED;
      }
      session.rollBack();
      return CommitOutcome.NOT_COMMITTED;
    } catch (SQLException e) {
      throw StoreException.unknown("find out what became of a commit", e);
    }
  }

  @Override
  public Maintenance maintenance() {
    return maintenance;
  }

  @Override
  public void probe() {
    readiness.probe();
  }

  @Override
  public String trouble() {
    return readiness.trouble();
  }

  /** Runs reads that can be repeated, once more if the connection was lost. */
  private <T> T read(String action, Session.Reads<T> reads) {
    try {
      return readOnce(reads);
    } catch (SQLException e) {
      if (!SqlErrors.breaksConnection(e)) {
        throw SqlErrors.reading(action, e);
      }
    }
    try {
      return readOnce(reads);
    } catch (SQLException e) {
      throw SqlErrors.reading(action, e);
    }
  }

  /** As {@link #read}, for what may not exist. */
  private <T> @Nullable T readOne(String action, Session.Reads<Optional<T>> reads) {
    return read(action, reads).orElse(null);
  }

  private interface Visit {
    void run(Session session) throws SQLException;
  }

  /** Runs reads that cannot be repeated, because a visitor may have received some of the rows. */
  private void visit(String action, Visit visit) {
    try {
      boolean unused =
          readOnce(
              session ->
                  session.inSnapshot(
                      same -> {
                        visit.run(same);
                        return true;
                      }));
    } catch (SQLException e) {
      throw SqlErrors.reading(action, e);
    }
  }

  private <T> T readOnce(Session.Reads<T> reads) throws SQLException {
    try (Session session = connections.reader()) {
      try {
        return reads.run(session);
      } catch (SQLException e) {
        if (SqlErrors.breaksConnection(e)) {
          session.evict();
        }
        throw e;
      }
    }
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    return readOne("read a repository", session -> RepositoryRows.existing(session, repositoryId));
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    return read("list repositories", session -> RepositoryRows.page(session, afterId, limit));
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    return readOne(
        "read a reservation", session -> PostgresReads.reservation(session, repositoryId, slot));
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    return read("list reservations", session -> PostgresReads.reservations(session, query));
  }

  @Override
  public void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes) {
    visit(
        "read the slots of a request",
        session -> PostgresReads.reservedIndexes(session, repositoryId, requestId, slotIndexes));
  }

  @Override
  public @Nullable Offer offer(String repositoryId, String offerId) {
    return readOne("read an offer", session -> OfferRows.one(session, repositoryId, offerId));
  }

  @Override
  public List<Offer> offers(String repositoryId, String afterId, int limit) {
    return read("list offers", session -> OfferRows.page(session, repositoryId, afterId, limit));
  }

  @Override
  public @Nullable Entry entry(String repositoryId, String key) {
    return readOne("read an entry", session -> EntryRows.one(session, repositoryId, key));
  }

  @Override
  public List<String> keys(String repositoryId, String prefix, String afterKey, int limit) {
    return read(
        "list keys", session -> EntryRows.keys(session, repositoryId, prefix, afterKey, limit));
  }

  @Override
  public void visitRepository(String repositoryId, long afterRevision, RepositoryVisitor visitor) {
    visit(
        "read a repository",
        session -> PostgresReads.visit(session, repositoryId, afterRevision, visitor));
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    return readOne(
        "read events", session -> session.inSnapshot(same -> PostgresReads.events(same, query)));
  }

  @Override
  public @Nullable Recount recount(String repositoryId) {
    return readOne(
        "recount a repository",
        session -> session.inSnapshot(same -> PostgresRecount.recount(same, repositoryId)));
  }

  @Override
  public Map<String, Long> revisions(List<String> repositoryIds) {
    return read("read revisions", session -> PostgresReads.revisions(session, repositoryIds));
  }

  @Override
  public List<SpaceUse> spaceUse(List<String> repositoryIds) {
    return read(
        "read the use of space",
        session -> session.inSnapshot(same -> PostgresReads.spaceUse(same, repositoryIds)));
  }

  @Override
  public Map<String, StateCount> countStates() {
    return read("count states", session -> session.inSnapshot(PostgresReads::countStates));
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    return read(
        "find expired leases", session -> PostgresReads.expiredLeases(session, nowMicros, limit));
  }

  @Override
  public long servedMicros() {
    return read(
        "read the time served",
        session -> session.list("SELECT served_micros FROM ledger", row -> row.getLong(1)).get(0));
  }

  @Override
  public void close() {
    signsOfLife.close();
    housekeeping.close();
    health.close();
    connections.close();
  }
}
