package dev.holdfast.benchmarks.yardsticks;

import dev.holdfast.benchmarks.load.RandomIds;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.benchmarks.load.Workload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The standard mix with stored functions, on a connection and a thread of its own. */
final class FunctionWorkload implements Workload, AutoCloseable {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Connection connection;
  private final PreparedStatement reserve;
  private final PreparedStatement release;
  private String requestId = "";

  /** The generation of the reservation; 0 for none. */
  private long generation;

  FunctionWorkload(Connection connection) throws SQLException {
    this.connection = connection;
    reserve = connection.prepareStatement("SELECT reserve(?, 0, ?, ?)");
    release = connection.prepareStatement("SELECT release(?, 0, ?)");
  }

  @Override
  public void next(Answer answer) {
    thread.execute(
        () -> {
          try {
            call();
          } catch (SQLException | IllegalStateException e) {
            answer.failed(e);
            return;
          }
          answer.done(1);
        });
  }

  private void call() throws SQLException {
    if (generation == 0) {
      requestId = RandomIds.requestId();
      reserve.setString(1, requestId);
      reserve.setLong(2, SlotWorkload.AMOUNT_BYTES);
      reserve.setString(3, RandomIds.operationId());
      generation = number(reserve);
      check(generation > 0, generation);
    } else {
      release.setString(1, requestId);
      release.setLong(2, generation);
      long releasedBytes = number(release);
      check(releasedBytes == SlotWorkload.AMOUNT_BYTES, releasedBytes);
      generation = 0;
    }
  }

  private static long number(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void check(boolean correct, long answered) {
    if (!correct) {
      throw new IllegalStateException("wrong answer: " + answered);
    }
  }

  @Override
  public boolean holdsNothing() {
    return generation == 0;
  }

  @Override
  public void close() throws SQLException {
    thread.shutdown();
    connection.close();
  }
}
