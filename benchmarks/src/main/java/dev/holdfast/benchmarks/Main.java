package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Json;
import dev.holdfast.benchmarks.report.Plots;
import dev.holdfast.benchmarks.report.Report;
import dev.holdfast.benchmarks.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast bench}. This process is the client of all servers that it measures. */
@Command(
    name = "holdfast bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Compares Holdfast with its yardsticks: the median ratio of two programs that run in"
            + " turn, round after round.")
final class Main implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--quick",
      description =
          "Shorter and rougher: about twelve minutes instead of 85; 200,000 live reservations"
              + " instead of 10,000,000, and beside other callers 20,000 slots instead of"
              + " 200,000, 1,000 subscribers instead of 10,000.")
  private boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Runs only these parts: T1, T1_64, … T10_watch; growth (T5), load, soak.")
  private List<String> only = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all figures there as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Writes plots of load and growth there as SVG.")
  private @Nullable Path plots;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path target = target();
    Programs programs =
        new Programs(List.of(target.resolve("../../holdfast").normalize().toString()));
    Scale scale = quick ? Scale.QUICK : Scale.FULL;
    Benchmark benchmark = new Benchmark(programs, scale, wanted(), new Table(System.out));
    Report report;
    // Beside the build, because on many machines the temporary directory is in memory.
    try (Scratch scratch = Scratch.in(target)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> abandon(scratch)));
      report = benchmark.run(scratch);
    }
    if (json != null) {
      Json.write(report, json);
    }
    if (plots != null) {
      Plots.write(report, plots);
    }
    return 0;
  }

  /** Stops the servers and deletes the data, also when a signal ends the run. */
  private static void abandon(Scratch scratch) {
    List<ProcessHandle> servers = ProcessHandle.current().children().toList();
    servers.forEach(ProcessHandle::destroy);
    servers.forEach(server -> server.onExit().orTimeout(1, TimeUnit.MINUTES).join());
    try {
      scratch.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Selection wanted() {
    try {
      return Selection.of(only);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "--only: " + e.getMessage());
    }
  }

  /** Returns the directory of this program's jar. */
  private static Path target() throws URISyntaxException {
    Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return jar.resolveSibling("");
  }
}
