package dev.holdfast.benchmarks;

import static dev.holdfast.benchmarks.Comparison.Quotient.ofThroughputs;

import dev.holdfast.benchmarks.load.BatchWorkload;
import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.Fill;
import dev.holdfast.benchmarks.load.SdkWorkload;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.benchmarks.load.Workload;
import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;
import dev.holdfast.benchmarks.report.Target;
import dev.holdfast.benchmarks.yardsticks.FunctionYardstick;
import dev.holdfast.benchmarks.yardsticks.Postgres;
import dev.holdfast.client.HoldfastClient;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares Holdfast with its yardsticks. */
final class Comparisons {
  private static final int BATCH = 1000;
  private static final int BATCHES_IN_FLIGHT = 4;

  private final Programs programs;
  private final Scratch scratch;
  private final Scale scale;
  private final Selection wanted;
  private final Report report;
  private final Table table;

  Comparisons(
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
    if (wanted.has(Target.T2)) {
      alone();
    }
    if (Stream.of(Target.T1_64, Target.T6_naive, Target.T6_function).anyMatch(wanted::has)) {
      some();
    }
    if (Stream.of(Target.T1_256, Target.T4).anyMatch(wanted::has)) {
      many();
    }
    if (wanted.has(Target.T3)) {
      batches();
    }
    if (Stream.of(Target.T8, Target.T8_metrics).anyMatch(wanted::has)) {
      secured();
    }
  }

  /** Returns a program of unary calls with this number in flight. */
  static Comparison.Program unary(MeasuredServer server, int inFlight) {
    return workloads(server, inFlight, SlotWorkload::new);
  }

  static Comparison.Program workloads(
      MeasuredServer server, int inFlight, Function<ManagedChannel, Workload> newWorkload) {
    return (warmUp, counted) -> {
      try (Connections connections = new Connections(server.address())) {
        return Figures.of(
            "", ClosedLoop.run(connections.workloads(inFlight, newWorkload), warmUp, counted));
      }
    };
  }

  private void alone() throws Exception {
    Path bare = scratch.fresh("commit");
    try (MeasuredServer holdfast = programs.holdfast(scratch.fresh("holdfast"));
        MeasuredServer echo = programs.echo()) {
      Comparison comparison = new Comparison("unary, 1 in flight");
      // With one call at a time, compiling the code would take minutes.
      comparison.server("holdfast", unary(holdfast, 1), unary(holdfast, 64));
      comparison.server("echo", unary(echo, 1), unary(echo, 64));
      comparison.program(
          "bare commit of a row", (warmUp, counted) -> programs.rows(bare, 0, 1, warmUp, counted));
      comparison.ratio(
          Target.T2,
          round ->
              round.apply("holdfast").p50Micros()
                  / (round.apply("echo").p50Micros()
                      + round.apply("bare commit of a row").p50Micros()));
      comparison.run(scale, report, table);
    }
  }

  private void some() throws Exception {
    try (MeasuredServer holdfast = programs.holdfast(scratch.fresh("holdfast"));
        MeasuredServer echo = wanted.has(Target.T1_64) ? programs.echo() : null;
        MeasuredServer naive =
            wanted.has(Target.T6_naive) ? programs.naive(scratch.fresh("naive")) : null;
        Postgres postgres = wanted.has(Target.T6_function) ? startPostgres() : null) {
      Comparison comparison = new Comparison("unary, 64 in flight");
      comparison.server("holdfast", unary(holdfast, 64));
      if (echo != null) {
        comparison.server("echo", unary(echo, 64));
        comparison.ratio(Target.T1_64, ofThroughputs("holdfast", "echo"));
      }
      if (naive != null) {
        comparison.server("naive", unary(naive, 64));
        comparison.ratio(Target.T6_naive, ofThroughputs("holdfast", "naive"));
      }
      if (postgres != null) {
        FunctionYardstick function = new FunctionYardstick(postgres);
        comparison.server(
            "function", (warmUp, counted) -> Figures.of("", function.run(64, warmUp, counted)));
        comparison.ratio(Target.T6_function, ofThroughputs("holdfast", "function"));
      }
      comparison.run(scale, report, table);
    }
  }

  private @Nullable Postgres startPostgres() throws Exception {
    try {
      return Postgres.start(scratch.fresh("postgres"));
    } catch (Postgres.UnavailableException e) {
      report.addMissing(Target.T6_function, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void many() throws Exception {
    try (MeasuredServer holdfast = programs.holdfast(scratch.fresh("holdfast"));
        HoldfastClient sdk = HoldfastClient.builder(holdfast.address()).build();
        MeasuredServer echo = programs.echo()) {
      Comparison comparison = new Comparison("unary, 256 in flight");
      if (wanted.has(Target.T1_256)) {
        comparison.server("holdfast", unary(holdfast, 256));
        comparison.ratio(Target.T1_256, ofThroughputs("holdfast", "echo"));
      }
      if (wanted.has(Target.T4)) {
        comparison.server("holdfast, SDK", sdk(sdk, 256));
        comparison.ratio(Target.T4, ofThroughputs("holdfast, SDK", "echo"));
      }
      comparison.server("echo", unary(echo, 256));
      comparison.run(scale, report, table);
    }
  }

  private void secured() throws Exception {
    try (MeasuredServer plain = programs.holdfast(scratch.fresh("holdfast"));
        ScrapedServer metrics =
            new ScrapedServer(programs, scratch.fresh("holdfast"), ScrapedServer.Access.PLAIN);
        ScrapedServer secured =
            new ScrapedServer(
                programs,
                scratch.fresh("holdfast"),
                new SecuredAccess(programs, scratch.fresh("security")))) {
      Comparison comparison = new Comparison("unary, 64 in flight, plain and secured");
      comparison.server("holdfast, plain", unary(plain, 64));
      comparison.server("holdfast, metrics", metrics.unary(64));
      comparison.server("holdfast, TLS, tokens, metrics", secured.unary(64));
      comparison.ratio(
          Target.T8, ofThroughputs("holdfast, TLS, tokens, metrics", "holdfast, plain"));
      comparison.ratio(Target.T8_metrics, ofThroughputs("holdfast, metrics", "holdfast, plain"));
      comparison.run(scale, report, table);
    }
  }

  private static Comparison.Program sdk(HoldfastClient client, int inFlight) {
    return (warmUp, counted) -> {
      List<SdkWorkload> workloads =
          Stream.generate(() -> new SdkWorkload(client)).limit(inFlight).toList();
      return Figures.of("", ClosedLoop.run(workloads, warmUp, counted));
    };
  }

  private void batches() throws Exception {
    Path agedRows = scratch.fresh("rows");
    Path freshRows = scratch.fresh("rows");
    try (MeasuredServer aged = programs.holdfast(scratch.fresh("holdfast"));
        MeasuredServer fresh = programs.holdfast(scratch.fresh("holdfast"))) {
      try (Connections connections = new Connections(aged.address())) {
        Fill.reserve(connections, scale.aged());
      }
      String live = String.format(Locale.ROOT, ", %,d live", scale.aged());
      Comparison comparison = new Comparison("batches of 1,000, 4 in flight");
      comparison.server("holdfast" + live, applied(aged));
      comparison.program("rows" + live, rows(agedRows, scale.aged()));
      comparison.server("holdfast, empty", applied(fresh));
      comparison.program("rows, empty", rows(freshRows, 0));
      comparison.ratio(Target.T3, ofThroughputs("holdfast" + live, "rows" + live));
      comparison.run(scale, report, table);
    }
  }

  private static Comparison.Program applied(MeasuredServer server) {
    return workloads(server, BATCHES_IN_FLIGHT, channel -> BatchWorkload.mix(channel, BATCH));
  }

  private Comparison.Program rows(Path directory, long rows) {
    return (warmUp, counted) -> programs.rows(directory, rows, BATCH, warmUp, counted);
  }
}
