package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.benchmarks.report.BackupReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes backups of a running server with the real command, and restores the last one. */
final class Backups {
  private static final Pattern DONE =
      Pattern.compile("backup .*: (\\d+) bytes of database, .* copied in (\\d+\\.\\d+) s, .*\\R");
  private static final long WATCH_MILLIS = 50;

  private final Programs programs;
  private final Path dataDir;
  private final Path file;
  private final Path restored;
  private final List<BackupReport.Taken> taken = new ArrayList<>();

  /**
   * Takes no backup yet.
   *
   * @param dataDir the data directory of the running server
   * @param directory an empty directory for the backup and the restored store
   */
  Backups(Programs programs, Path dataDir, Path directory) {
    this.programs = programs;
    this.dataDir = dataDir;
    this.file = directory.resolve("backup");
    this.restored = directory.resolve("restored");
  }

  /** Takes a backup, in place of the one before. */
  void take() throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    long start = System.nanoTime();
    Process process =
        programs.command(
            List.of("backup", "--data-dir", dataDir.toString(), "--to", file.toString()));
    long walPeakBytes = 0;
    while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
      walPeakBytes = Math.max(walPeakBytes, walBytes());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    Matcher done = DONE.matcher(output(process));
    if (!done.matches()) {
      throw new IOException("backup printed neither its size nor its time");
    }
    taken.add(
        new BackupReport.Taken(
            Long.parseLong(done.group(1)),
            Double.parseDouble(done.group(2)),
            seconds,
            walPeakBytes));
  }

  private long walBytes() throws IOException {
    try {
      return Files.size(dataDir.resolve("holdfast.db-wal"));
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Restores the last backup, verifies the restored store, and returns everything measured. */
  BackupReport restore(long reservations) throws IOException, InterruptedException {
    double restoreSeconds =
        run("restore", "--from", file.toString(), "--data-dir", restored.toString());
    double verifySeconds = run("verify", "--data-dir", restored.toString());
    return new BackupReport(reservations, List.copyOf(taken), restoreSeconds, verifySeconds);
  }

  private double run(String... arguments) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process = programs.command(List.of(arguments));
    String unused = output(process);
    return (System.nanoTime() - start) / 1e9;
  }

  /** Returns what a command printed; fails if it failed. */
  private static String output(Process process) throws IOException, InterruptedException {
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("a command of holdfast exited with " + exit + ": " + printed);
    }
    return printed;
  }
}
