package dev.holdfast.server.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard, rules and documentation name the metrics that a server has. */
class MonitoringFilesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:holdfast|grpc_server|process|jvm)_[a-z0-9_]+");

  @TempDir private static Path directory = Path.of("");
  private static MeasuredServer server = new MeasuredServer();

  @BeforeAll
  static void start() throws Exception {
    server = MeasuredServer.start(directory.resolve("data"), Duration.ofDays(7));
    server.awaitSeries("holdfast_repository_reservations");
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static String read(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
  }

  private static Set<String> named(String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = METRIC.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  /** Returns the names of all series, histograms as they are exposed. */
  private static Set<String> exposed() {
    Set<String> names = new TreeSet<>();
    for (String line : server.scrape().lines().toList()) {
      if (!line.startsWith("#")) {
        names.add(line.split("[ {]", 2)[0]);
      }
    }
    return names;
  }

  @Test
  void everyMetricOfRulesAndDashboardExists() throws IOException {
    for (String file : new String[] {"prometheus-rules.yml", "grafana-dashboard.json"}) {
      Set<String> names = named(read("monitoring/" + file));
      assertTrue(names.size() > 10, names::toString);
      names.removeAll(exposed());
      assertEquals(Set.of(), names, file + " names metrics that the server does not have");
    }
  }

  @Test
  void theDocumentationHasARowForEachMetricAndNoOther() throws IOException {
    Set<String> rows = new TreeSet<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `((?:holdfast|grpc_server)_\\w+)` \\|")
            .matcher(read("docs/operating/monitoring.md"));
    while (row.find()) {
      assertTrue(rows.add(row.group(1)), () -> row.group(1) + " has two rows");
    }
    Set<String> families = new TreeSet<>();
    Matcher type =
        Pattern.compile("(?m)^# TYPE ((?:holdfast|grpc_server)_\\w+) ").matcher(server.scrape());
    while (type.find()) {
      families.add(type.group(1));
    }
    assertEquals(families, rows);
  }

  @Test
  void everyAlertHasASectionInTheRunbookAndBothTests() throws IOException {
    String runbook = read("docs/operating/monitoring.md");
    String tests = read("monitoring/prometheus-rules-test.yml");
    Matcher alert =
        Pattern.compile("- alert: (\\w+)").matcher(read("monitoring/prometheus-rules.yml"));
    int count = 0;
    while (alert.find()) {
      String name = alert.group(1);
      assertTrue(runbook.contains("\n### " + name + "\n"), name + " has no section");
      assertTrue(tests.contains("name: " + name + " fires\n"), name);
      assertTrue(tests.contains("name: " + name + " does not fire\n"), name);
      assertTrue(
          read("monitoring/prometheus-rules.yml")
              .contains("#" + name.toLowerCase(Locale.ROOT) + "\n"),
          name);
      count++;
    }
    assertTrue(count > 10);
  }

  @Test
  void noLabelNamesWhatClientsChooseFreely() {
    Set<String> labels = new TreeSet<>();
    Matcher label = Pattern.compile("([a-z_]+)=\"").matcher(server.scrape());
    while (label.find()) {
      labels.add(label.group(1));
    }
    assertFalse(labels.isEmpty());
    labels.removeAll(
        Set.of(
            "grpc_method",
            "grpc_status",
            "le",
            "reason",
            "check",
            "task",
            "result",
            "repository",
            "state",
            "version",
            "area",
            "pool",
            "gc",
            "quantile"));
    assertEquals(Set.of(), labels);
  }
}
