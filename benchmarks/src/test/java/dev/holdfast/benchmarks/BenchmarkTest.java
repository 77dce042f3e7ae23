package dev.holdfast.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.benchmarks.report.BackupReport;
import dev.holdfast.benchmarks.report.GrowthReport;
import dev.holdfast.benchmarks.report.LoadReport;
import dev.holdfast.benchmarks.report.Plots;
import dev.holdfast.benchmarks.report.Ratio;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.SoakReport;
import dev.holdfast.benchmarks.report.Table;
import dev.holdfast.benchmarks.report.Target;
import dev.holdfast.testing.process.Program;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole benchmark, too short to mean anything, so that no part of it rots. */
class BenchmarkTest {
  private static final Scale TINY =
      new Scale(
          1,
          Duration.ofMillis(50),
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          2_000,
          List.of(1_000L, 2_500L),
          Duration.ofMillis(100),
          2,
          2_500,
          3_000,
          20);

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @TempDir private Path temp;

  @Test
  void measuresEverything() throws Exception {
    Report report = run();

    Set<Target> missing = EnumSet.noneOf(Target.class);
    String noPostgres = report.missing(Target.T6_function);
    if (noPostgres != null) {
      assertTrue(noPostgres.startsWith("PostgreSQL cannot be started here: "), noPostgres);
      missing = EnumSet.of(Target.T6_function, Target.T7, Target.T7_two_own, Target.T7_two_shared);
    }
    for (Target target : Target.values()) {
      Ratio ratio = report.ratio(target);
      assertEquals(missing.contains(target), ratio == null, target + ": " + report.missing(target));
      assertTrue(ratio == null || ratio.median() > 0, target + ": " + ratio);
    }

    GrowthReport growth = report.growth();
    assertNotNull(growth);
    assertEquals(
        TINY.growth(), growth.points().stream().map(GrowthReport.Point::liveReservations).toList());
    assertEquals(2, growth.available().size());
    GrowthReport.Disk disk = growth.disk();
    // A row has its key and operation id at least.
    assertTrue(disk.usedBytesPerReservation() > 70, disk.toString());
    assertTrue(disk.freeBytes() > 0, "the events that were forgotten left no page free");

    BackupReport backup = report.backup();
    assertNotNull(backup);
    assertEquals(1, backup.backups().size());
    BackupReport.Taken taken = backup.backups().get(0);
    assertTrue(taken.databaseBytes() > 70 * TINY.verified(), taken::toString);
    assertTrue(taken.copySeconds() < taken.seconds(), taken::toString);
    assertTrue(taken.walPeakBytes() > 0, taken::toString);

    LoadReport load = report.load();
    assertNotNull(load);
    assertEquals(7, load.points().size());
    SoakReport soak = report.soak();
    assertNotNull(soak);
    assertEquals(2, soak.slices().size());

    try (Stream<Path> left = Files.list(temp)) {
      assertEquals(List.of(), left.toList());
    }
    assertPlots(report);
    String table = printed.toString(StandardCharsets.UTF_8);
    for (String row : List.of("holdfast", "echo", "naive", "rows, empty", "bare commit of a row")) {
      assertTrue(table.contains("\n" + row + " "), table);
    }
  }

  private Report run() throws Exception {
    // A server that starts quickly: it runs a dozen times, and never for long.
    Programs programs = new Programs(Program.holdfast().command());
    try (Scratch scratch = Scratch.in(temp);
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      return new Benchmark(programs, TINY, Selection.of(List.of()), new Table(out)).run(scratch);
    }
  }

  private void assertPlots(Report report) throws IOException {
    Path plots = temp.resolve("plots");
    Plots.write(report, plots);
    for (String name :
        List.of("latency-against-load", "throughput-against-load", "throughput-against-growth")) {
      String svg = Files.readString(plots.resolve(name + ".svg"));
      assertTrue(svg.contains("<svg") && svg.contains("</svg>"), name);
    }
  }
}
