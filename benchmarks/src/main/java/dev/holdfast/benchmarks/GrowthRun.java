package dev.holdfast.benchmarks;

import static dev.holdfast.benchmarks.Comparison.Quotient.ofThroughputs;

import dev.holdfast.benchmarks.load.AvailableWorkload;
import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.Fill;
import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.GrowthReport;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;
import dev.holdfast.benchmarks.report.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Fills a server, and measures speed, memory and disk at several sizes and at the end. */
final class GrowthRun {
  private static final int IN_FLIGHT = 64;

  private final Programs programs;
  private final Scratch scratch;
  private final Scale scale;
  private final Report report;
  private final Table table;
  private final long fewest;
  private final long most;
  private final List<GrowthReport.Available> available = new ArrayList<>();

  GrowthRun(Programs programs, Scratch scratch, Scale scale, Report report, Table table) {
    this.programs = programs;
    this.scratch = scratch;
    this.scale = scale;
    this.report = report;
    this.table = table;
    fewest = scale.growth().get(0);
    most = scale.growth().get(scale.growth().size() - 1);
  }

  void run() throws Exception {
    Path dataDir = scratch.fresh("large");
    List<GrowthReport.Point> points;
    try (MeasuredServer large = programs.holdfast(dataDir)) {
      Comparisons.unary(large, IN_FLIGHT).measure(scale.runIn(), scale.warmUp());
      points = grow(large, dataDir);
      compare(large);
    }
    double startSeconds;
    try (MeasuredServer again = programs.holdfast(dataDir)) {
      startSeconds = again.startSeconds();
      table.line(
          "serves %.2f s after its start, with %s",
          startSeconds, Table.mebibytes(again.residentBytes()));
    }
    GrowthReport.Disk disk = new RetentionRun(programs, dataDir, most).measure();
    table.line(
        "after the retention, which took %.0f s: %.0f bytes a live reservation on disk, of which"
            + " %.0f are in use and the rest is free pages",
        disk.purgeSeconds(), disk.bytesPerReservation(), disk.usedBytesPerReservation());
    report.add(new GrowthReport(points, List.copyOf(available), startSeconds, disk));
  }

  private List<GrowthReport.Point> grow(MeasuredServer server, Path dataDir) throws Exception {
    table.title("growth: unary, 64 in flight");
    List<GrowthReport.Point> points = new ArrayList<>();
    long live = 0;
    for (long next : scale.growth()) {
      long start = System.nanoTime();
      try (Connections connections = new Connections(server.address())) {
        Fill.reserve(connections, next - live);
      }
      double fillSeconds = (System.nanoTime() - start) / 1e9;
      live = next;
      Figures unary =
          Comparisons.unary(server, IN_FLIGHT)
              .measure(scale.warmUp(), scale.counted())
              .as("holdfast");
      GrowthReport.Point point =
          new GrowthReport.Point(
              live, unary, server.residentBytes(), Scratch.bytesIn(dataDir), fillSeconds);
      points.add(point);
      table.row(
          live(live),
          unary,
          "filled in %.0f s, memory %s, disk %s"
              .formatted(
                  fillSeconds,
                  Table.mebibytes(point.serverRssBytes()),
                  Table.mebibytes(point.dataDirBytes())));
      if (live == fewest || live == most) {
        Figures calls =
            Comparisons.workloads(server, 1, AvailableWorkload::new)
                .measure(scale.warmUp(), scale.counted())
                .as("Available, 1 in flight");
        table.row(calls);
        available.add(new GrowthReport.Available(live, calls));
      }
    }
    return points;
  }

  /** Measures in turn with a server that has the smallest size. */
  private void compare(MeasuredServer large) throws Exception {
    try (MeasuredServer small = programs.holdfast(scratch.fresh("small"))) {
      try (Connections connections = new Connections(small.address())) {
        Fill.reserve(connections, fewest);
      }
      Comparison comparison = new Comparison("growth, in turn: unary, 64 in flight");
      comparison.server(live(most), Comparisons.unary(large, IN_FLIGHT));
      comparison.server(live(fewest), Comparisons.unary(small, IN_FLIGHT));
      comparison.ratio(Target.T5, ofThroughputs(live(most), live(fewest)));
      comparison.run(scale, report, table);
    }
  }

  private static String live(long reservations) {
    return String.format(Locale.ROOT, "%,d live", reservations);
  }
}
