package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The youngest of the living reservations. They are kept in memory, and on the disk by the events
 * alone, which say all of what they are; the table of reservations has the others.
 *
 * <p>Slots are hashes, so that in a large table by slot each of them has a page of its own: to
 * write it, and to write it again when the reservation is released, is most of what both would
 * cost. Attempts are short, so most reservations end recent. The others get a row later, some with
 * every commit. A log-structured merge tree (O'Neil and others, 1996) of two levels, of which the
 * events are the log: a start reads those of {@link #since()} on.
 *
 * <p>Altered by the writer alone, and asked by it as it likes. Others ask in {@link
 * #readAtSnapshot}.
 */
public final class RecentReservations {
  /** Some megabytes in memory, and some milliseconds to go through. */
  public static final int CAPACITY = 8192;

  /**
   * Reservations are flushed once 8 × capacity events follow them, so recovery replays no more than
   * that, which takes some tenths of a second.
   */
  private static final int EVENTS_A_PLACE = 8;

  /**
   * So many of the oldest get a row with one commit at most, so that none takes long; and for each
   * new one, so that they do not become ever more.
   */
  private static final int FLUSHED_A_COMMIT = 256;

  private static final int FLUSHED_A_NEW_ONE = 2;

  private record Request(String repositoryId, String requestId) implements Comparable<Request> {
    private static final Comparator<Request> ORDER =
        Comparator.comparing(Request::repositoryId).thenComparing(Request::requestId);

    static Request of(RepositorySlot owner) {
      return new Request(owner.repositoryId(), owner.slot().requestId());
    }

    @Override
    public int compareTo(Request other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * A place in the events.
   *
   * @param chunk the last chunk before it
   * @param eventCount how many events are before it, counted from some place on
   */
  public record LogPosition(long chunk, long eventCount) {}

  /**
   * One of them.
   *
   * @param repository its repository, by its short name
   * @param reservation as it is now
   * @param since a place before all events that tell of it
   * @param firstInEpoch in which epoch of the release index its slot had nothing in that; 0 where
   *     that is not known
   */
  public record MemtableEntry(
      long repository, Reservation reservation, LogPosition since, long firstInEpoch) {
    private boolean isOfGeneration(long generation) {
      return reservation.generation() == generation;
    }
  }

  /** No such commit is being made. */
  private static final long NOTHING = Long.MAX_VALUE;

  private final int room;
  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  /** Whether this is what the last commit left; not where nobody knows whether it was made. */
  private volatile boolean known = true;

  /** The last chunk of events that the commit brings which is being made. */
  private long committingChunk = NOTHING;

  /** The number of the commit that is being made where it brings no events. */
  private long committingQuiet = NOTHING;

  /** The oldest first. */
  private final Map<RepositorySlot, MemtableEntry> places = new LinkedHashMap<>();

  private final Map<Request, Set<RepositorySlot>> requests = new HashMap<>();
  private LogPosition since;
  private LogPosition end;

  /** How many commits brought changes and no events. */
  private long quiet;

  /**
   * None yet.
   *
   * @param room so many, and more only for a while
   * @param since where the events begin that tell of them, in the file
   * @param quiet how many commits brought no events, in the file
   */
  RecentReservations(int room, LogPosition since, long quiet) {
    this.room = room;
    this.since = since;
    this.end = since;
    this.quiet = quiet;
  }

  /** The one of a slot; null where there is none. */
  public @Nullable MemtableEntry get(String repositoryId, Slot slot) {
    return places.get(new RepositorySlot(repositoryId, slot));
  }

  /** Those of a request. */
  public List<Reservation> ofRequest(String repositoryId, String requestId) {
    List<Reservation> found = new ArrayList<>();
    for (RepositorySlot owner :
        requests.getOrDefault(new Request(repositoryId, requestId), Set.of())) {
      found.add(Objects.requireNonNull(places.get(owner)).reservation());
    }
    return found;
  }

  /** How many there are of a request. */
  public int countOf(String repositoryId, String requestId) {
    return requests.getOrDefault(new Request(repositoryId, requestId), Set.of()).size();
  }

  /** Those that are wanted. */
  public Map<RepositorySlot, MemtableEntry> all(Predicate<MemtableEntry> wanted) {
    Map<RepositorySlot, MemtableEntry> found = new HashMap<>();
    places.forEach(
        (owner, recent) -> {
          if (wanted.test(recent)) {
            found.put(owner, recent);
          }
        });
    return found;
  }

  /** Those of a repository. */
  public List<Reservation> of(String repositoryId) {
    List<Reservation> found = new ArrayList<>();
    places.forEach(
        (owner, recent) -> {
          if (owner.repositoryId().equals(repositoryId)) {
            found.add(recent.reservation());
          }
        });
    return found;
  }

  /** How many may come with one transaction. */
  public int room() {
    return room;
  }

  /** Where the events begin that tell of them, as the file has it. */
  public LogPosition since() {
    return since;
  }

  /** Behind the last event that was committed. */
  public LogPosition end() {
    return end;
  }

  /** How many commits brought changes and no events. */
  public long quiet() {
    return quiet;
  }

  /** Whether the file should say that the events that tell of them begin later. */
  public boolean lagsBehind(LogPosition mark) {
    return mark.eventCount() - since.eventCount() > (long) room * EVENTS_A_PLACE / 4;
  }

  /** Where the events begin that tell of those that are not excepted. */
  public LogPosition sinceWithout(Set<RepositorySlot> excepted) {
    for (Map.Entry<RepositorySlot, MemtableEntry> entry : places.entrySet()) {
      if (!excepted.contains(entry.getKey())) {
        return entry.getValue().since();
      }
    }
    return end;
  }

  /**
   * Those that are to get a row, the oldest.
   *
   * @param entered how many come with the transaction that writes it
   * @param wanted which may get one
   */
  public Map<RepositorySlot, MemtableEntry> flushCandidates(
      int entered, Predicate<RepositorySlot> wanted) {
    int tooMany = places.size() + entered - room;
    int limit = FLUSHED_A_COMMIT + FLUSHED_A_NEW_ONE * entered;
    Map<RepositorySlot, MemtableEntry> oldest = new HashMap<>();
    for (Map.Entry<RepositorySlot, MemtableEntry> entry : places.entrySet()) {
      long age = end.eventCount() - entry.getValue().since().eventCount();
      boolean tooOld = age > (long) room * EVENTS_A_PLACE;
      if (oldest.size() >= limit || (oldest.size() >= tooMany && !tooOld)) {
        break;
      }
      if (wanted.test(entry.getKey())) {
        oldest.put(entry.getKey(), entry.getValue());
      }
    }
    return oldest;
  }

  /**
   * What a transaction makes of them.
   *
   * @param left those that were released, or got a row
   * @param entered those that are new, or altered
   * @param since where the events begin that tell of them, as it was written to the file
   * @param end behind the last event that was written
   * @param quiet how many commits brought no events then, as it was written to the file
   */
  public record Alteration(
      Set<RepositorySlot> left,
      Map<RepositorySlot, MemtableEntry> entered,
      LogPosition since,
      LogPosition end,
      long quiet) {}

  /** A commit in the file. */
  public interface Commit {
    void run() throws SQLException;
  }

  /**
   * Commits, and alters these; for those who ask it is one step. What they find in the file tells
   * them whether their snapshot is from before the commit, by its last chunk of events or, where it
   * brings none, by its number. So nobody waits for its sync.
   */
  public void commit(Commit commit, Alteration alteration) throws SQLException {
    lock.writeLock().lock();
    try {
      committingChunk = alteration.end().chunk() > end.chunk() ? alteration.end().chunk() : NOTHING;
      committingQuiet = alteration.quiet() > quiet ? alteration.quiet() : NOTHING;
    } finally {
      lock.writeLock().unlock();
    }
    try {
      run(commit);
    } finally {
      lock.writeLock().lock();
      try {
        committingChunk = NOTHING;
        committingQuiet = NOTHING;
        if (known) {
          alter(alteration);
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  private void run(Commit commit) throws SQLException {
    boolean done = false;
    try {
      commit.run();
      done = true;
    } finally {
      known = done;
    }
  }

  /** To be called when others take their place: who still asks these is told what the file says. */
  public void retire() {
    lock.writeLock().lock();
    try {
      known = false;
    } finally {
      lock.writeLock().unlock();
    }
  }

  void alter(Alteration alteration) {
    alteration.left().forEach(this::remove);
    alteration.entered().forEach(this::put);
    since = alteration.since();
    end = alteration.end();
    quiet = alteration.quiet();
  }

  /** Takes one over; one that replaces another of its generation is as old as that. */
  private void put(RepositorySlot owner, MemtableEntry recent) {
    MemtableEntry before = places.get(owner);
    if (before != null && !before.isOfGeneration(recent.reservation().generation())) {
      places.remove(owner);
    }
    places.put(owner, recent);
    if (before == null) {
      requests.computeIfAbsent(Request.of(owner), request -> new HashSet<>(2)).add(owner);
    }
  }

  private void remove(RepositorySlot owner) {
    if (places.remove(owner) != null) {
      requests.computeIfPresent(
          Request.of(owner),
          (request, owners) -> {
            owners.remove(owner);
            return owners.isEmpty() ? null : owners;
          });
    }
  }

  /** Which commit a snapshot shows. */
  private record Seen(long lastChunk, long quiet) {
    static Seen by(SqliteConnection reader) throws SQLException {
      return SqliteConnection.rows(
              reader.prepared(
                  "SELECT (SELECT max(chunk) FROM events), quiet_commits FROM recovery_point"),
              row -> new Seen(row.getLong(1), row.getLong(2)))
          .get(0);
    }
  }

  /**
   * Looks at those that belong to what a reader sees. Any thread may, and the writer waits
   * meanwhile.
   *
   * @param reader in a transaction that has read nothing yet; it sees that moment from now on
   */
  public <T> T readAtSnapshot(SqliteConnection reader, Function<RecentReservations, T> look)
      throws SQLException {
    while (true) {
      lock.readLock().lock();
      try {
        // The first that it reads decides which commit it sees.
        Seen seen = Seen.by(reader);
        if (!known) {
          break;
        }
        if (seen.lastChunk() < committingChunk && seen.quiet() < committingQuiet) {
          return look.apply(this);
        }
      } finally {
        lock.readLock().unlock();
      }
      // It sees a commit that was made this moment: once more, when this is altered too.
      reader.prepared("COMMIT").execute();
      reader.prepared("BEGIN").execute();
    }
    return look.apply(MemtableRecovery.load(reader, room));
  }
}
