package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.load.AvailableWorkload;
import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.Fill;
import dev.holdfast.benchmarks.load.LargeCalls;
import dev.holdfast.benchmarks.load.Measured;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.benchmarks.load.Subscribers;
import dev.holdfast.benchmarks.load.Workload;
import dev.holdfast.benchmarks.report.BackupReport;
import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;
import dev.holdfast.benchmarks.report.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * Measures how long other callers wait during a large operation: the 99th percentile of their calls
 * compared with that on a quiet server. In a closed loop, a call that waits delays the calls after
 * it, which would have waited too; these are counted as if they had come, one per quiet median.
 */
final class OtherCallers {
  private static final int CHANGING = 16;
  private static final int READING = 4;
  private static final String QUIET = "quiet";

  private final Programs programs;
  private final Scratch scratch;
  private final Scale scale;
  private final Selection wanted;
  private final Report report;
  private final Table table;

  OtherCallers(
      Programs programs,
      Scratch scratch,
      Scale scale,
      Selection wanted,
      Report report,
      Table table) {
    this.programs = programs;
    this.scratch = scratch;
    this.scale = scale;
    this.wanted = wanted;
    this.report = report;
    this.table = table;
  }

  void run() throws Exception {
    if (wanted.has(Target.T10_reconcile)) {
      reconcile();
    }
    if (wanted.has(Target.T10_end_request)) {
      endRequest();
    }
    if (wanted.has(Target.T10_verify) || wanted.has(Target.T10_backup)) {
      verifyAndBackUp();
    }
    if (wanted.has(Target.T10_watch)) {
      watch();
    }
  }

  /** A large operation; {@code prepare} runs outside the measurement. */
  private interface LargeOperation {
    ClosedLoop.Work prepare(Duration counted) throws Exception;
  }

  private void reconcile() throws Exception {
    try (MeasuredServer server = programs.holdfast(scratch.fresh("holdfast"));
        LargeCalls calls = new LargeCalls(server.address())) {
      compare(
          server,
          Target.T10_reconcile,
          String.format(Locale.ROOT, "%,d slots reconciled", scale.reconciled()),
          counted ->
              () -> {
                calls.adopt(scale.reconciled());
                calls.releaseAll(scale.reconciled());
              });
    }
  }

  private void endRequest() throws Exception {
    try (MeasuredServer server = programs.holdfast(scratch.fresh("holdfast"));
        LargeCalls calls = new LargeCalls(server.address())) {
      compare(
          server,
          Target.T10_end_request,
          String.format(Locale.ROOT, "request of %,d slots ended", scale.reconciled()),
          counted -> {
            String requestId = calls.adopt(scale.reconciled());
            return () -> calls.end(requestId, scale.reconciled());
          });
    }
  }

  private void verifyAndBackUp() throws Exception {
    Path dataDir = scratch.fresh("holdfast");
    try (MeasuredServer server = programs.holdfast(dataDir);
        LargeCalls calls = new LargeCalls(server.address());
        Connections connections = new Connections(server.address())) {
      Fill.reserve(connections, scale.verified());
      if (wanted.has(Target.T10_verify)) {
        compare(
            server,
            Target.T10_verify,
            String.format(Locale.ROOT, "%,d reservations verified", scale.verified()),
            counted -> () -> calls.verify(scale.verified()));
      }
      if (wanted.has(Target.T10_backup)) {
        Backups backups = new Backups(programs, dataDir, scratch.fresh("backup"));
        compare(
            server,
            Target.T10_backup,
            String.format(Locale.ROOT, "%,d reservations backed up", scale.verified()),
            counted -> backups::take);
        report(backups.restore(scale.verified()));
      }
    }
  }

  private void report(BackupReport backups) {
    for (BackupReport.Taken taken : backups.backups()) {
      table.line(
          "backup of %s: copied in %.1f s, %s/s; with the recount %.1f s; WAL at most %s",
          Table.mebibytes(taken.databaseBytes()),
          taken.copySeconds(),
          Table.mebibytes((long) taken.copyBytesPerSecond()),
          taken.seconds(),
          Table.mebibytes(taken.walPeakBytes()));
    }
    table.line(
        "restored in %.1f s, and verified in %.1f s",
        backups.restoreSeconds(), backups.verifySeconds());
    report.add(backups);
  }

  private void watch() throws Exception {
    try (MeasuredServer server = programs.holdfast(scratch.fresh("holdfast"));
        LargeCalls calls = new LargeCalls(server.address())) {
      compare(
          server,
          Target.T10_watch,
          String.format(Locale.ROOT, "%,d subscribers receiving changes", scale.subscribers()),
          counted -> {
            Subscribers subscribers =
                new Subscribers(server.address(), LargeCalls.REPOSITORY, scale.subscribers());
            return () -> {
              try (subscribers) {
                long end = System.nanoTime() + counted.toNanos();
                do {
                  subscribers.awaitReceived(calls.change());
                } while (System.nanoTime() < end);
              }
            };
          });
    }
  }

  private void compare(MeasuredServer server, Target target, String name, LargeOperation operation)
      throws Exception {
    try (Connections connections = new Connections(server.address())) {
      List<Workload> others = new ArrayList<>(connections.workloads(CHANGING, SlotWorkload::new));
      others.addAll(connections.workloads(READING, AvailableWorkload::new));
      Histogram[] quiet = new Histogram[1];
      Comparison comparison =
          new Comparison("others, %d in flight, and %d reads".formatted(CHANGING, READING));
      comparison.server(
          QUIET,
          (warmUp, counted) -> {
            Measured measured = ClosedLoop.run(others, warmUp, counted);
            quiet[0] = measured.latencyNanos();
            return figures(measured, quiet[0]);
          });
      comparison.program(
          name,
          (warmUp, counted) -> {
            ClosedLoop.Work work = operation.prepare(counted);
            return figures(ClosedLoop.during(others, warmUp, work), quiet[0]);
          });
      comparison.ratio(
          target, round -> round.apply(name).p99Micros() / round.apply(QUIET).p99Micros());
      comparison.run(scale, report, table);
    }
  }

  private static Figures figures(Measured measured, Histogram quiet) {
    Histogram whole =
        measured.latencyNanos().copyCorrectedForCoordinatedOmission(quiet.getValueAtPercentile(50));
    return Figures.of("", measured.operationsPerSecond(), whole);
  }
}
