package dev.holdfast.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Unary calls: Holdfast against a server that answers the same and keeps nothing. This process is
 * their client.
 */
@Command(
    name = "holdfast-benchmarks",
    mixinStandardHelpOptions = true,
    description =
        "Measures unary calls as a ratio: Holdfast over echo, in turn, the median of the rounds.")
final class Main implements Callable<Integer> {
  private static final Duration WARM_UP = Duration.ofSeconds(4);

  @Option(
      names = "--in-flight",
      split = ",",
      paramLabel = "N",
      description = "How many calls are in flight (default: ${DEFAULT-VALUE}).")
  private int[] inFlight = {1, 64, 256};

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds (default: ${DEFAULT-VALUE}).")
  private int rounds = 3;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Seconds that are counted, after 4 of warm-up (default: ${DEFAULT-VALUE}).")
  private int seconds = 8;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path target = target();
    // Beside the build, as a temporary directory is memory on many machines.
    Path data = Files.createTempDirectory(target, "data-");
    try (ServerProcess holdfast = startHoldfast(target, data);
        ServerProcess echo = startEcho()) {
      for (int chains : inFlight) {
        compare(chains, holdfast, echo);
      }
    } finally {
      delete(data);
    }
    return 0;
  }

  private void compare(int chains, ServerProcess holdfast, ServerProcess echo) throws Exception {
    System.out.printf(
        Locale.ROOT,
        "%n%d in flight, %d s counted%n%-10s %10s %10s %10s %10s%n",
        chains,
        seconds,
        "",
        "op/s",
        "p50 µs",
        "p99 µs",
        "p99.9 µs");
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      double ours = measure("holdfast", holdfast, chains);
      double theirs = measure("echo", echo, chains);
      ratios.add(ours / theirs);
    }
    ratios.sort(Comparator.naturalOrder());
    System.out.printf(
        Locale.ROOT,
        "holdfast / echo: %.2f (%.2f … %.2f)%n",
        ratios.get(ratios.size() / 2),
        ratios.get(0),
        ratios.get(ratios.size() - 1));
  }

  private double measure(String name, ServerProcess server, int chains) throws Exception {
    StandardMix.Result result =
        StandardMix.run(server.address(), chains, WARM_UP, Duration.ofSeconds(seconds));
    System.out.printf(
        Locale.ROOT,
        "%-10s %10.0f %10.0f %10.0f %10.0f%n",
        name,
        result.operationsPerSecond(),
        result.micros(50),
        result.micros(99),
        result.micros(99.9));
    return result.operationsPerSecond();
  }

  private static ServerProcess startHoldfast(Path target, Path data) throws IOException {
    Path launcher = target.resolve("../../holdfast").normalize();
    return ServerProcess.start(
        List.of(
            launcher.toString(),
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "off",
            "--data-dir",
            data.toString(),
            "--capacity",
            "1000000TiB"));
  }

  private static ServerProcess startEcho() throws IOException {
    return ServerProcess.start(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            // The flags that the launcher gives to Holdfast.
            "-Xmx512m",
            "-XX:+ExitOnOutOfMemoryError",
            "-cp",
            System.getProperty("java.class.path"),
            EchoServer.class.getName()));
  }

  /** The directory that this program's jar lies in. */
  private static Path target() throws URISyntaxException {
    Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    return jar.resolveSibling("");
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
