package dev.holdfast.benchmarks.report;

import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Prints figures for people as they come. */
public final class Table {
  private final PrintStream out;

  /** Makes a table that prints to this stream. */
  public Table(PrintStream out) {
    this.out = out;
  }

  /** Prints the machine. */
  public void machine(Machine machine) {
    line("cpu      %s, %d cores", machine.cpu(), machine.cores());
    line("memory   %s", mebibytes(machine.memoryBytes()));
    line("kernel   %s", machine.kernel());
    line("jvm      %s", machine.jvm());
    line("data on  %s", machine.dataFileSystem());
  }

  /** Prints the title of a part. */
  public void title(String title) {
    line("%n%-44s %12s %10s %10s %10s", title, "op/s", "p50 us", "p99 us", "p99.9 us");
  }

  /** Prints a row. */
  public void row(Figures figures) {
    row(figures.program(), figures, "");
  }

  /** Prints a row under another name, with a remark. */
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

  /** Prints a line. */
  public void line(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
    out.flush();
  }

  /** Prints all ratios. */
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

  /** Formats a number of bytes; null means unknown. */
  public static String mebibytes(@Nullable Long bytes) {
    return bytes == null ? "unknown" : String.format(Locale.ROOT, "%d MiB", bytes >> 20);
  }
}
