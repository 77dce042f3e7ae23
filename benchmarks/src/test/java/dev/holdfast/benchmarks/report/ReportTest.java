package dev.holdfast.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private final Report report =
      new Report(new Machine("a cpu", 2, null, "a kernel", "a jvm", "ext4"));

  @TempDir private Path temp;

  @Test
  void namesEveryRatioAndWhatCouldNotBeRunIsNull() throws Exception {
    report.add(Target.T1_64, List.of(0.5, 0.9, 0.75));
    report.addMissing(Target.T7, "no PostgreSQL");
    JsonObject json = written();

    JsonObject ratios = json.getAsJsonObject("ratios");
    assertEquals(
        Set.of(
            "T1_64",
            "T1_256",
            "T2",
            "T3",
            "T4",
            "T5",
            "T6_naive",
            "T6_function",
            "T7",
            "T7_two_own",
            "T7_two_shared",
            "T8",
            "T8_metrics",
            "T10_reconcile",
            "T10_end_request",
            "T10_verify",
            "T10_backup",
            "T10_watch"),
        ratios.keySet());
    assertEquals(0.75, ratios.get("T1_64").getAsDouble());
    assertTrue(ratios.get("T7").isJsonNull());
    assertEquals("no PostgreSQL", json.getAsJsonObject("missing").get("T7").getAsString());
    assertEquals("not selected", json.getAsJsonObject("missing").get("T2").getAsString());
    JsonObject spread = json.getAsJsonObject("spreads").getAsJsonObject("T1_64");
    assertEquals(0.5, spread.get("least").getAsDouble());
    assertEquals(0.9, spread.get("greatest").getAsDouble());
  }

  @Test
  void hasTheRawFigures() throws Exception {
    report.add(new Report.Round("unary", 1, List.of(new Figures("holdfast", 1234.5, 1, 2, 3))));
    JsonObject json = written();

    JsonObject round = json.getAsJsonArray("rounds").get(0).getAsJsonObject();
    JsonObject figures = round.getAsJsonArray("programs").get(0).getAsJsonObject();
    assertEquals(1234.5, figures.get("operations_per_second").getAsDouble());
    assertEquals(
        Set.of("program", "operations_per_second", "p50_micros", "p99_micros", "p999_micros"),
        figures.keySet());
    assertTrue(json.get("growth").isJsonNull());
    assertTrue(json.get("load").isJsonNull());
    assertTrue(json.get("soak").isJsonNull());
    assertTrue(json.getAsJsonObject("machine").get("memory_bytes").isJsonNull());
  }

  private JsonObject written() throws Exception {
    Path file = temp.resolve("report.json");
    Json.write(report, file);
    return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
  }
}
