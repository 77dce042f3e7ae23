package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Machine;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;

/** Runs the parts of the benchmark one after the other. */
record Benchmark(Programs programs, Scale scale, Selection wanted, Table table) {
  /** Runs the selected parts. */
  Report run(Scratch scratch) throws Exception {
    Report report = new Report(Machine.here(scratch.path()));
    table.machine(report.machine());
    new Comparisons(programs, scratch, scale, wanted, report, table).run();
    new PostgresComparisons(programs, scratch, scale, wanted, report, table).run();
    new OtherCallers(programs, scratch, scale, wanted, report, table).run();
    if (wanted.hasGrowth()) {
      new GrowthRun(programs, scratch, scale, report, table).run();
    }
    if (wanted.has(Selection.LOAD) || wanted.has(Selection.SOAK)) {
      try (MeasuredServer server = programs.holdfast(scratch.fresh("holdfast"))) {
        new OpenLoads(scale, report, table).run(server, wanted);
      }
    }
    table.ratios(report);
    return report;
  }
}
