package dev.holdfast.benchmarks.yardsticks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Measured;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
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
public final class FunctionYardstick {
  private final Postgres postgres;

  /** Makes the tables and the functions. */
  public FunctionYardstick(Postgres postgres) throws IOException, SQLException {
    this.postgres = postgres;
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(script());
    }
  }

  private static String script() throws IOException {
    try (InputStream in = FunctionYardstick.class.getResourceAsStream("function.sql")) {
      return new String(Objects.requireNonNull(in, "function.sql").readAllBytes(), UTF_8);
    }
  }

  /** Runs the standard mix in a closed loop, on this number of connections. */
  public Measured run(int inFlight, Duration warmUp, Duration counted)
      throws SQLException, InterruptedException, ExecutionException {
    List<FunctionWorkload> workloads = new ArrayList<>();
    try {
      for (int i = 0; i < inFlight; i++) {
        workloads.add(new FunctionWorkload(postgres.connect()));
      }
      return ClosedLoop.run(workloads, warmUp, counted);
    } finally {
      for (FunctionWorkload workload : workloads) {
        workload.close();
      }
    }
  }
}
