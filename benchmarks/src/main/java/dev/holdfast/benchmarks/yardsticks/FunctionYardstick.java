package dev.holdfast.benchmarks.yardsticks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Measured;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;

/**
 * A typical solution with a database: PostgreSQL, with {@code reserve} and {@code release} as
 * stored functions, called over one connection per workload.
 */
public final class FunctionYardstick implements AutoCloseable {
  private final EmbeddedPostgres postgres;

  private FunctionYardstick(EmbeddedPostgres postgres) {
    this.postgres = postgres;
  }

  /** PostgreSQL cannot be started on this machine. */
  public static final class UnavailableException extends Exception {
    private UnavailableException(Exception cause) {
      super("PostgreSQL cannot be started here: " + cause.getMessage(), cause);
    }
  }

  /**
   * Starts PostgreSQL.
   *
   * @param directory the directory of its data and its program
   */
  public static FunctionYardstick start(Path directory)
      throws UnavailableException, IOException, SQLException {
    FunctionYardstick started = new FunctionYardstick(startPostgres(directory));
    try {
      started.prepare();
      return started;
    } catch (IOException | SQLException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static EmbeddedPostgres startPostgres(Path directory) throws UnavailableException {
    try {
      return EmbeddedPostgres.builder()
          .setDataDirectory(directory.resolve("data"))
          .setOverrideWorkingDirectory(directory.resolve("program").toFile())
          // This library is made for tests, which trade durability for speed.
          .setServerConfig("fsync", "on")
          .setServerConfig("synchronous_commit", "on")
          .setServerConfig("full_page_writes", "on")
          .start();
    } catch (IOException | RuntimeException e) {
      throw new UnavailableException(e);
    }
  }

  private void prepare() throws IOException, SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        try (ResultSet row = statement.executeQuery("SHOW " + setting)) {
          row.next();
          if (!row.getString(1).equals("on")) {
            throw new IllegalStateException("PostgreSQL runs with " + setting + " off");
          }
        }
      }
      statement.execute(script());
    }
  }

  private static String script() throws IOException {
    try (InputStream in = FunctionYardstick.class.getResourceAsStream("function.sql")) {
      return new String(Objects.requireNonNull(in, "function.sql").readAllBytes(), UTF_8);
    }
  }

  private Connection connect() throws SQLException {
    return postgres.getPostgresDatabase().getConnection();
  }

  /** Runs the standard mix in a closed loop, on this number of connections. */
  public Measured run(int inFlight, Duration warmUp, Duration counted)
      throws SQLException, InterruptedException, ExecutionException {
    List<FunctionWorkload> workloads = new ArrayList<>();
    try {
      for (int i = 0; i < inFlight; i++) {
        workloads.add(new FunctionWorkload(connect()));
      }
      return ClosedLoop.run(workloads, warmUp, counted);
    } finally {
      for (FunctionWorkload workload : workloads) {
        workload.close();
      }
    }
  }

  /** Stops PostgreSQL. */
  @Override
  public void close() throws IOException {
    postgres.close();
  }
}
