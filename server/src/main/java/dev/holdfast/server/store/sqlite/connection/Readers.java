package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that read beside the writer. One that had an error is closed and is opened again
 * before its next use, as nobody knows what it still holds.
 */
public final class Readers implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Readers.class);

  /** A place for a connection; null where it has to be opened. */
  private static final class Place {
    private @Nullable SqliteConnection connection;
  }

  /** Something to be read. */
  public interface Read<T> {
    T on(SqliteConnection connection) throws SQLException;
  }

  private final Supplier<SqliteConnection> opening;
  private final StoreCondition condition;
  private final int count;
  private final BlockingQueue<Place> idle;

  /** Null where everybody may read. */
  private volatile @Nullable CountDownLatch gate;

  /** Whether the last read failed. */
  private volatile boolean failing;

  /** So many connections, which are opened when they are needed. */
  public Readers(int count, Supplier<SqliteConnection> opening, StoreCondition condition) {
    this.count = count;
    this.opening = opening;
    this.condition = condition;
    this.idle = new ArrayBlockingQueue<>(count);
    for (int i = 0; i < count; i++) {
      idle.add(new Place());
    }
  }

  /**
   * Reads something, on whichever connection is idle. What seems damaged is read once more on
   * another, as it may be that it was not read well.
   */
  public <T> T read(Read<T> read) {
    Place place = take();
    try {
      condition.requireReadable();
      T value = readTwiceIfDamaged(read, place);
      succeeded();
      return value;
    } catch (SQLException e) {
      StoreException failure = condition.failed("cannot read", e);
      failed(failure);
      drop(place, failure);
      throw failure;
    } catch (StoreException e) {
      condition.notice(e);
      throw e;
    } finally {
      idle.add(place);
    }
  }

  private <T> T readTwiceIfDamaged(Read<T> read, Place place) throws SQLException {
    try {
      return read.on(connection(place));
    } catch (SQLException e) {
      if (!StoreCondition.isCorrupt(e)) {
        throw e;
      }
      // At a level where callers cannot fill the log; what fails twice is told as an error, once.
      LOGGER.debug("a read failed, and is tried again on a new connection", e);
      drop(place, StoreException.notApplied("cannot read", e));
    } catch (StoreException e) {
      if (e.damage() == null || condition.hiding() != null) {
        throw e;
      }
      drop(place, e);
    }
    return read.on(connection(place));
  }

  /** The same for what asks more than one question and is to see one commit. */
  public <T> T readInOneSnapshot(Read<T> read) {
    return read(connection -> connection.inOneSnapshot(() -> read.on(connection)));
  }

  private Place take() {
    try {
      CountDownLatch closed = gate;
      if (closed != null) {
        closed.await();
      }
      return idle.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreException.notApplied("interrupted while waiting to read", e);
    }
  }

  private SqliteConnection connection(Place place) {
    SqliteConnection connection = place.connection;
    if (connection == null) {
      try {
        connection = opening.get();
      } catch (StoreException e) {
        failed(e);
        throw e;
      }
      place.connection = connection;
    }
    return connection;
  }

  private void failed(StoreException e) {
    if (!failing) {
      failing = true;
      LOGGER.error("reads fail; the server is not ready until one succeeds", e);
    }
  }

  private void succeeded() {
    if (failing) {
      failing = false;
      LOGGER.info("reads succeed again");
    }
  }

  private void drop(Place place, StoreException failure) {
    SqliteConnection broken = place.connection;
    place.connection = null;
    if (broken != null && !condition.halted()) {
      try {
        broken.close();
      } catch (StoreException closing) {
        failure.addSuppressed(closing);
      }
    }
  }

  /** Whether the last read failed. */
  public boolean failing() {
    return failing;
  }

  /** Some work. */
  interface Work {
    void run() throws SQLException;
  }

  /**
   * Does something while none of these connections reads. Whoever comes to read waits meanwhile.
   *
   * @param nanos how long to wait for those that read
   * @return whether it was done; not where somebody reads for longer
   */
  boolean whileNobodyReads(long nanos, Work work) throws SQLException {
    List<Place> taken = new ArrayList<>();
    CountDownLatch closed = new CountDownLatch(1);
    gate = closed;
    try {
      long deadline = System.nanoTime() + nanos;
      while (taken.size() < count) {
        Place place = idle.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (place == null) {
          return false;
        }
        taken.add(place);
      }
      work.run();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      idle.addAll(taken);
      gate = null;
      closed.countDown();
    }
  }

  /** Everything that was asked so far and is asked again and again. For when nobody reads. */
  public Set<String> statements() {
    Set<String> statements = new TreeSet<>();
    for (Place place : idle) {
      if (place.connection != null) {
        statements.addAll(place.connection.statements());
      }
    }
    return statements;
  }

  @Override
  public void close() {
    List<Place> places = new ArrayList<>();
    idle.drainTo(places);
    for (Place place : places) {
      if (place.connection != null) {
        place.connection.close();
      }
    }
  }
}
