package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Ratio;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;
import dev.holdfast.benchmarks.report.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Measures programs in turn, A B A B, round after round. */
final class Comparison {
  private final String name;
  private final Map<String, Program> programs = new LinkedHashMap<>();
  private final List<Program> toRunIn = new ArrayList<>();
  private final Map<Target, Quotient> quotients = new LinkedHashMap<>();

  Comparison(String name) {
    this.name = name;
  }

  /** Measures a program once. */
  interface Program {
    Figures measure(Duration warmUp, Duration counted) throws Exception;
  }

  /** A ratio of the figures of one round, by the names of the programs. */
  interface Quotient {
    double of(Function<String, Figures> round);

    /** Returns the ratio of the throughputs. */
    static Quotient ofThroughputs(String ours, String theirs) {
      return round ->
          round.apply(ours).operationsPerSecond() / round.apply(theirs).operationsPerSecond();
    }
  }

  /** Adds a program that is started for each measurement. */
  void program(String programName, Program program) {
    programs.put(programName, program);
  }

  /** Adds a program that calls a server that runs through all rounds. */
  void server(String programName, Program program) {
    server(programName, program, program);
  }

  /** Adds such a program, with another load until its code is compiled. */
  void server(String programName, Program program, Program runIn) {
    programs.put(programName, program);
    toRunIn.add(runIn);
  }

  void ratio(Target target, Quotient quotient) {
    quotients.put(target, quotient);
  }

  void run(Scale scale, Report report, Table table) throws Exception {
    table.title(name);
    for (Program program : toRunIn) {
      program.measure(scale.runIn(), scale.warmUp());
    }
    List<Function<String, Figures>> rounds = new ArrayList<>();
    for (int number = 1; number <= scale.rounds(); number++) {
      Map<String, Figures> round = new LinkedHashMap<>();
      for (Map.Entry<String, Program> program : programs.entrySet()) {
        Figures figures =
            program.getValue().measure(scale.warmUp(), scale.counted()).as(program.getKey());
        table.row(figures);
        round.put(program.getKey(), figures);
      }
      rounds.add(program -> Objects.requireNonNull(round.get(program), program));
      report.add(new Report.Round(name, number, List.copyOf(round.values())));
    }
    quotients.forEach(
        (target, quotient) -> {
          Ratio ratio = report.add(target, rounds.stream().map(quotient::of).toList());
          table.line(
              "%s: %.2f (%.2f ... %.2f)", target, ratio.median(), ratio.least(), ratio.greatest());
        });
  }
}
