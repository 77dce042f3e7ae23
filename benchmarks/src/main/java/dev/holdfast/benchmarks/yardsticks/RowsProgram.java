package dev.holdfast.benchmarks.yardsticks;

import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Json;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/**
 * Measures the embedded engine without a service: one prepared insert or delete per operation, with
 * a fixed number of operations per transaction. It prints its figures as a line of JSON; latencies
 * are those of transactions.
 */
public final class RowsProgram implements Callable<Integer> {
  @Option(names = "--database", required = true)
  private Path database = Path.of("");

  /** The number of rows in the table; missing rows are inserted first. */
  @Option(names = "--rows", required = true)
  private long rows;

  @Option(names = "--per-transaction", required = true)
  private int perTransaction;

  @Option(names = "--warm-up-nanos", required = true)
  private long warmUpNanos;

  @Option(names = "--counted-nanos", required = true)
  private long countedNanos;

  /** Measures once. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new RowsProgram()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    try (Rows table = new Rows(database)) {
      table.growTo(rows);
      runFor(warmUpNanos, table, new Histogram(TimeUnit.HOURS.toNanos(1), 3));
      Histogram latencies = new Histogram(TimeUnit.HOURS.toNanos(1), 3);
      double seconds = runFor(countedNanos, table, latencies) / 1e9;
      double operations = (double) latencies.getTotalCount() * perTransaction;
      System.out.println(Json.line(Figures.of("rows", operations / seconds, latencies)));
    }
    return 0;
  }

  /** Inserts and deletes in pairs of transactions, and returns the nanoseconds that this took. */
  private long runFor(long nanos, Rows table, Histogram latencies) throws Exception {
    long start = System.nanoTime();
    long last = start;
    do {
      table.insert(perTransaction);
      long inserted = System.nanoTime();
      latencies.recordValue(inserted - last);
      table.deleteInserted();
      last = System.nanoTime();
      latencies.recordValue(last - inserted);
    } while (last - start < nanos);
    return last - start;
  }
}
