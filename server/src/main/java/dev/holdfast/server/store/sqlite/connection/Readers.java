package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
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
 * Pools the connections that read beside the writer. A connection that had an error is closed and
 * opened again before its next use, because its state is unknown.
 */
public final class Readers implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(Readers.class);

  /** A slot of the pool; its connection is null until it is opened. */
  private static final class Place {
    private @Nullable SqliteConnection connection;
  }

  /** A read on a connection. */
  public interface Read<T> {
    T on(SqliteConnection connection) throws SQLException;
  }

  private final Supplier<SqliteConnection> opening;
  private final StoreCondition condition;
  private final int count;
  private final BlockingQueue<Place> idle;

  /** Blocks new reads; null when reads are not paused. */
  private volatile @Nullable CountDownLatch gate;

  /** Whether the last read failed. */
  private volatile boolean failing;

  /** Makes a pool of connections, which are opened on first use. */
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
   * Runs a read on an idle connection. A read that reports damage is retried once on another
   * connection, because the first read may have failed.
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
      // Logged at debug level, so that callers cannot fill the log; a second failure is logged once
      // as an error.
      LOGGER.debug("read failed; retrying on a new connection", e);
      drop(place, StoreException.notApplied("cannot read", e));
    } catch (StoreException e) {
      if (e.damage() == null || condition.hiding() != null) {
        throw e;
      }
      drop(place, e);
    }
    return read.on(connection(place));
  }

  /** Runs a read that consists of several queries on one snapshot. */
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
      LOGGER.error("reads failing; server not ready until a read succeeds", e);
    }
  }

  private void succeeded() {
    if (failing) {
      failing = false;
      LOGGER.info("reads recovered");
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

  /** Returns whether the last read failed. */
  public boolean failing() {
    return failing;
  }

  /** Work that is run while reads are paused. */
  interface Work {
    void run() throws SQLException;
  }

  /**
   * Pauses reads and runs work. New reads wait meanwhile.
   *
   * @param nanos how long to wait for running reads to end
   * @return whether the work was run; false if a read took longer
   */
  boolean pauseAndRun(long nanos, Work work) throws SQLException {
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

  /**
   * Returns the SQL of all statements that the idle connections have prepared. For tests, while no
   * read runs.
   */
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
