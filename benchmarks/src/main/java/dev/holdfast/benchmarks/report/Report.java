package dev.holdfast.benchmarks.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All measurements of a run; its JSON has these fields. Not thread-safe. */
public final class Report {
  private final Machine machine;
  private final Map<String, @Nullable Double> ratios = new LinkedHashMap<>();
  private final Map<Target, Ratio> spreads = new EnumMap<>(Target.class);
  private final Map<Target, String> missing = new EnumMap<>(Target.class);
  private final List<Round> rounds = new ArrayList<>();
  private @Nullable GrowthReport growth;
  private @Nullable LoadReport load;
  private @Nullable SoakReport soak;
  private @Nullable BackupReport backup;

  /** One round of a comparison: its programs in the order in which they were measured. */
  public record Round(String comparison, int round, List<Figures> programs) {}

  /** Makes a report in which everything is missing. */
  public Report(Machine machine) {
    this.machine = machine;
    for (Target target : Target.values()) {
      ratios.put(target.name(), null);
      missing.put(target, "not selected");
    }
  }

  /** Adds a ratio of each round. */
  public Ratio add(Target target, List<Double> perRound) {
    Ratio ratio = Ratio.of(perRound);
    ratios.put(target.name(), ratio.median());
    spreads.put(target, ratio);
    missing.remove(target);
    return ratio;
  }

  /** Adds the reason why there is no ratio. */
  public void addMissing(Target target, String why) {
    missing.put(target, why);
  }

  /** Adds the raw figures of a round. */
  public void add(Round round) {
    rounds.add(round);
  }

  /** Adds the growth run. */
  public void add(GrowthReport measured) {
    growth = measured;
  }

  /** Adds latency against load. */
  public void add(LoadReport measured) {
    load = measured;
  }

  /** Adds the soak. */
  public void add(SoakReport measured) {
    soak = measured;
  }

  /** Adds the backups. */
  public void add(BackupReport measured) {
    backup = measured;
  }

  /** Sets the machine of the measurements. */
  public Machine machine() {
    return machine;
  }

  /** Returns the ratio of a target, or null. */
  public @Nullable Ratio ratio(Target target) {
    return spreads.get(target);
  }

  /** Returns why there is no ratio; null if there is one. */
  public @Nullable String missing(Target target) {
    return missing.get(target);
  }

  /** Returns the growth run; null if it was not selected. */
  public @Nullable GrowthReport growth() {
    return growth;
  }

  /** Returns latency against load; null if it was not selected. */
  public @Nullable LoadReport load() {
    return load;
  }

  /** Returns the soak; null if it was not selected. */
  public @Nullable SoakReport soak() {
    return soak;
  }

  /** Returns the backups; null if they were not selected. */
  public @Nullable BackupReport backup() {
    return backup;
  }
}
