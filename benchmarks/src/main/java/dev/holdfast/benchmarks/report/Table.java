package dev.holdfast.benchmarks.report;

import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures for people, as they come. */
public final class Table {
  private final PrintStream out;

  /** Prints there. */
  public Table(PrintStream out) {
    this.out = out;
  }

  /** The machine. */
  public void machine(Machine machine) {
    line("cpu      %s, %d cores", machine.cpu(), machine.cores());
    line("memory   %s", mebibytes(machine.memoryBytes()));
    line("kernel   %s", machine.kernel());
    line("jvm      %s", machine.jvm());
    line("data on  %s", machine.dataFileSystem());
  }

  /** Begins a part. */
  public void title(String title) {
    line("%n%-44s %12s %10s %10s %10s", title, "op/s", "p50 us", "p99 us", "p99.9 us");
  }

  /** A row of it. */
  public void row(Figures figures) {
    row(figures.program(), figures, "");
  }

  /** A row of it under another name, with a remark behind it. */
  public void row(String name, Figures figures, String remark) {
    line(
        "%-44s %12.0f %10.0f %10.0f %10.0f%s",
        name,
        figures.operationsPerSecond(),
        figures.p50Micros(),
        figures.p99Micros(),
        figures.p999Micros(),
        remark.isEmpty() ? "" : "  " + remark);
  }

  /** Something else. */
  public void line(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
    out.flush();
  }

  /** All ratios, at the end. */
  public void ratios(Report report) {
    line("%n%-16s %8s %19s %8s", "", "median", "least ... greatest", "goal");
    for (Target target : Target.values()) {
      Ratio ratio = report.ratio(target);
      if (ratio == null) {
        line("%-16s %8s  %s", target, "-", String.valueOf(report.missing(target)));
      } else {
        line(
            "%-16s %8.2f %8.2f ... %6.2f %8s  %s",
            target,
            ratio.median(),
            ratio.least(),
            ratio.greatest(),
            target.goal(),
            target.meaning());
      }
    }
  }

  /** Bytes in words; null where they are not known. */
  public static String mebibytes(@Nullable Long bytes) {
    return bytes == null ? "unknown" : String.format(Locale.ROOT, "%d MiB", bytes >> 20);
  }
}
