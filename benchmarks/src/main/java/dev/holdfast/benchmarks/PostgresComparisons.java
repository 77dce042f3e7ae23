package dev.holdfast.benchmarks;

import static dev.holdfast.benchmarks.Comparison.Quotient.ofThroughputs;

import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;
import dev.holdfast.benchmarks.report.Target;
import dev.holdfast.benchmarks.yardsticks.FunctionYardstick;
import dev.holdfast.benchmarks.yardsticks.Postgres;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Compares one and two servers on PostgreSQL with each other, and with stored functions on it. */
final class PostgresComparisons {
  private static final int IN_FLIGHT = 64;
  private static final String DEFAULT_REPOSITORY = "";
  private static final String SECOND_REPOSITORY = "second";

  private static final String ONE = "holdfast";
  private static final String ONE_OWN = "holdfast, 2 repositories";
  private static final String TWO_OWN = "2 x holdfast, a repository each";
  private static final String TWO_SHARED = "2 x holdfast, a shared repository";

  private final Programs programs;
  private final Scratch scratch;
  private final Scale scale;
  private final Report report;
  private final Table table;
  private final List<Target> targets;

  PostgresComparisons(
      Programs programs,
      Scratch scratch,
      Scale scale,
      Selection wanted,
      Report report,
      Table table) {
    this.programs = programs;
    this.scratch = scratch;
    this.scale = scale;
    this.report = report;
    this.table = table;
    this.targets =
        Stream.of(Target.T7, Target.T7_two_own, Target.T7_two_shared).filter(wanted::has).toList();
  }

  void run() throws Exception {
    if (targets.isEmpty()) {
      return;
    }
    try (Postgres postgres = Postgres.start(scratch.fresh("postgres"))) {
      compare(postgres);
    } catch (Postgres.UnavailableException e) {
      targets.forEach(target -> report.addMissing(target, String.valueOf(e.getMessage())));
    }
  }

  private void compare(Postgres postgres) throws Exception {
    boolean two = targets.contains(Target.T7_two_own) || targets.contains(Target.T7_two_shared);
    String shared = postgres.newDatabase("two");
    try (MeasuredServer one = holdfast(postgres.newDatabase("one"));
        MeasuredServer first = two ? holdfast(shared) : null;
        MeasuredServer second = two ? programs.holdfastOn(shared) : null) {
      Comparison comparison = new Comparison("PostgreSQL, unary, 64 in flight");
      if (targets.contains(Target.T7) || targets.contains(Target.T7_two_shared)) {
        comparison.server(ONE, unary(List.of(new Caller(one, DEFAULT_REPOSITORY))));
      }
      if (targets.contains(Target.T7)) {
        FunctionYardstick function = new FunctionYardstick(postgres);
        comparison.server(
            "function",
            (warmUp, counted) -> Figures.of("", function.run(IN_FLIGHT, warmUp, counted)));
        comparison.ratio(Target.T7, ofThroughputs(ONE, "function"));
      }
      if (first != null && second != null) {
        addTwo(comparison, one, first, second);
      }
      comparison.run(scale, report, table);
    }
  }

  private void addTwo(
      Comparison comparison, MeasuredServer one, MeasuredServer first, MeasuredServer second) {
    if (targets.contains(Target.T7_two_own)) {
      comparison.server(
          ONE_OWN,
          unary(List.of(new Caller(one, DEFAULT_REPOSITORY), new Caller(one, SECOND_REPOSITORY))));
      comparison.server(
          TWO_OWN,
          unary(
              List.of(
                  new Caller(first, DEFAULT_REPOSITORY), new Caller(second, SECOND_REPOSITORY))));
      comparison.ratio(Target.T7_two_own, ofThroughputs(TWO_OWN, ONE_OWN));
    }
    if (targets.contains(Target.T7_two_shared)) {
      comparison.server(
          TWO_SHARED,
          unary(
              List.of(
                  new Caller(first, DEFAULT_REPOSITORY), new Caller(second, DEFAULT_REPOSITORY))));
      comparison.ratio(Target.T7_two_shared, ofThroughputs(TWO_SHARED, ONE));
    }
  }

  /** Starts a server, and creates the second repository beside the default one. */
  private MeasuredServer holdfast(String storeUrl) throws Exception {
    MeasuredServer server = programs.holdfastOn(storeUrl);
    try (Stubs stubs = new Stubs(server.address())) {
      var unused =
          stubs
              .repositories()
              .createRepository(Requests.createRepository(SECOND_REPOSITORY, Long.MAX_VALUE));
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Calls a server in one of its repositories. */
  private record Caller(MeasuredServer server, String repositoryId) {}

  /** Returns a program of unary calls, of which each caller has an equal share in flight. */
  private static Comparison.Program unary(List<Caller> callers) {
    return (warmUp, counted) -> {
      List<Connections> connections = new ArrayList<>();
      try {
        List<SlotWorkload> workloads = new ArrayList<>();
        for (Caller caller : callers) {
          Connections own = new Connections(caller.server().address());
          connections.add(own);
          workloads.addAll(
              own.workloads(
                  IN_FLIGHT / callers.size(),
                  channel -> new SlotWorkload(channel, caller.repositoryId())));
        }
        return Figures.of("", ClosedLoop.run(workloads, warmUp, counted));
      } finally {
        connections.forEach(Connections::close);
      }
    };
  }
}
