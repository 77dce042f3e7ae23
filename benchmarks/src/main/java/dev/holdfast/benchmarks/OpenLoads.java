package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.Measured;
import dev.holdfast.benchmarks.load.OpenLoop;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.benchmarks.load.Ticker;
import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.LoadReport;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.SoakReport;
import dev.holdfast.benchmarks.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Measures unary calls at fixed rates: shares of the highest sustained rate. */
final class OpenLoads {
  private static final int MAXIMUM_IN_FLIGHT = 256;
  private static final List<Integer> LOAD_PERCENT = List.of(10, 25, 50, 75, 90, 100, 110);
  private static final int SOAK_PERCENT = 80;
  private static final int STEP_PERCENT = 10;

  /** One slice of some seconds does not show that a load can be sustained for minutes. */
  private static final int SUSTAINED_SLICES = 3;

  /** A longer wait means that the queue grows. */
  private static final Duration SUSTAINED_P99 = Duration.ofMillis(200);

  private final Scale scale;
  private final Report report;
  private final Table table;

  OpenLoads(Scale scale, Report report, Table table) {
    this.scale = scale;
    this.report = report;
    this.table = table;
  }

  void run(MeasuredServer server, Selection wanted) throws Exception {
    try (Connections connections = new Connections(server.address())) {
      table.title("open loop: unary");
      Measured closed =
          ClosedLoop.run(
              connections.workloads(MAXIMUM_IN_FLIGHT, SlotWorkload::new),
              scale.runIn(),
              scale.counted());
      table.row(Figures.of("closed loop, 256 in flight", closed));
      double maximum = sustained(connections, closed.operationsPerSecond());
      if (wanted.has(Selection.LOAD)) {
        load(connections, maximum);
      }
      if (wanted.has(Selection.SOAK)) {
        soak(connections, server, maximum);
      }
    }
  }

  /**
   * Returns the highest rate that an open loop sustains. It is less than that of a closed loop,
   * whose callers send less when they fall behind.
   */
  private double sustained(Connections connections, double closed) throws Exception {
    for (int percent = 100; percent > 0; percent -= STEP_PERCENT) {
      double offered = closed * percent / 100;
      boolean sustained = true;
      for (Measured measured :
          loop(connections, offered)
              .run(scale.warmUp(), scale.counted(), SUSTAINED_SLICES, () -> {})) {
        boolean late = measured.undone() > 0 || measured.micros(99) > SUSTAINED_P99.toNanos() / 1e3;
        sustained &= !late;
        table.row(
            "%d %% of it in an open loop".formatted(percent),
            Figures.of("holdfast", measured),
            late ? "not sustained" : "sustained");
      }
      if (sustained) {
        return offered;
      }
    }
    throw new IllegalStateException("no load is sustained");
  }

  private void load(Connections connections, double maximum) throws Exception {
    List<LoadReport.Point> points = new ArrayList<>();
    for (int percent : LOAD_PERCENT) {
      double offered = maximum * percent / 100;
      Measured measured =
          loop(connections, offered).run(scale.warmUp(), scale.counted(), 1, () -> {}).get(0);
      Figures answers = Figures.of("holdfast", measured);
      points.add(new LoadReport.Point(percent, offered, answers, measured.undone()));
      table.row("%d %%, %.0f op/s offered".formatted(percent, offered), answers, undone(measured));
    }
    report.add(new LoadReport(maximum, points));
  }

  private void soak(Connections connections, MeasuredServer server, double maximum)
      throws Exception {
    double offered = maximum * SOAK_PERCENT / 100;
    double sliceSeconds = scale.soakSlice().toNanos() / 1e9;
    List<@Nullable Long> residentBytes = new ArrayList<>();
    List<Measured> measured =
        loop(connections, offered)
            .run(
                scale.warmUp(),
                scale.soakSlice(),
                scale.soakSlices(),
                () -> residentBytes.add(memory(server)));
    List<SoakReport.Slice> slices = new ArrayList<>();
    for (int i = 0; i < measured.size(); i++) {
      Figures answers = Figures.of("holdfast", measured.get(i));
      Long resident = residentBytes.get(i);
      slices.add(new SoakReport.Slice(answers, measured.get(i).undone(), resident));
      table.row(
          "soak at %d %%, %.0f s, %d of %d"
              .formatted(SOAK_PERCENT, sliceSeconds, i + 1, measured.size()),
          answers,
          "memory " + Table.mebibytes(resident) + " " + undone(measured.get(i)));
    }
    report.add(new SoakReport(maximum, offered, sliceSeconds, slices));
  }

  private static OpenLoop loop(Connections connections, double offered) {
    return new OpenLoop(() -> new SlotWorkload(connections.next()), offered, Ticker.SYSTEM);
  }

  private static @Nullable Long memory(MeasuredServer server) {
    try {
      return server.residentBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String undone(Measured measured) {
    return measured.undone() == 0 ? "" : measured.undone() + " refused, or not even started";
  }
}
