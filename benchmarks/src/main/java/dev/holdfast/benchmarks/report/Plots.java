package dev.holdfast.benchmarks.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Plots of the measurements as SVG. */
public final class Plots {
  private Plots() {}

  /** Writes the plots whose figures exist into a directory; creates it if it is missing. */
  public static void write(Report report, Path directory) throws IOException {
    Files.createDirectories(directory);
    LoadReport load = report.load();
    if (load != null) {
      save(latencyAgainstLoad(load), directory.resolve("latency-against-load.svg"));
      save(throughputAgainstLoad(load), directory.resolve("throughput-against-load.svg"));
    }
    GrowthReport growth = report.growth();
    if (growth != null) {
      save(throughputAgainstGrowth(growth), directory.resolve("throughput-against-growth.svg"));
    }
  }

  private static XYChart latencyAgainstLoad(LoadReport load) {
    XYChart chart = chart("Latency against load", "offered, operations/s", "latency, µs");
    chart.getStyler().setYAxisLogarithmic(true);
    double[] offered = offered(load);
    chart.addSeries("p50", offered, values(load, point -> point.answers().p50Micros()));
    chart.addSeries("p99", offered, values(load, point -> point.answers().p99Micros()));
    chart.addSeries("p99.9", offered, values(load, point -> point.answers().p999Micros()));
    return chart;
  }

  private static XYChart throughputAgainstLoad(LoadReport load) {
    XYChart chart = chart("Throughput against load", "offered, operations/s", "operations/s");
    chart.getStyler().setYAxisMin(0.0);
    chart.addSeries("offered", offered(load), offered(load));
    chart.addSeries(
        "answered", offered(load), values(load, point -> point.answers().operationsPerSecond()));
    return chart;
  }

  private static XYChart throughputAgainstGrowth(GrowthReport growth) {
    XYChart chart =
        chart("Throughput against live reservations", "live reservations", "operations/s");
    chart.getStyler().setXAxisLogarithmic(true).setYAxisMin(0.0);
    List<GrowthReport.Point> points = growth.points();
    chart.addSeries(
        "unary, 64 in flight",
        points.stream().mapToDouble(GrowthReport.Point::liveReservations).toArray(),
        points.stream().mapToDouble(point -> point.unary().operationsPerSecond()).toArray());
    return chart;
  }

  private static double[] offered(LoadReport load) {
    return values(load, LoadReport.Point::offeredOperationsPerSecond);
  }

  private static double[] values(LoadReport load, ToDoubleFunction<LoadReport.Point> value) {
    return load.points().stream().mapToDouble(value).toArray();
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(800)
            .height(500)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
    return chart;
  }

  private static void save(XYChart chart, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      ChartEncoder.saveChart(chart, out, "svg");
    }
  }
}
