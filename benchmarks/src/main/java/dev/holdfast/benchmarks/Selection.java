package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Target;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The selected parts of the benchmark.
 *
 * @param parts names of targets, or their prefixes before an underscore, or {@code growth}, {@code
 *     load}, {@code soak}; empty means all
 */
record Selection(List<String> parts) {
  static final String GROWTH = "growth";
  static final String LOAD = "load";
  static final String SOAK = "soak";

  /**
   * Makes a selection.
   *
   * @throws IllegalArgumentException if there is no such part
   */
  static Selection of(List<String> parts) {
    for (String part : parts) {
      if (!Stream.of(GROWTH, LOAD, SOAK).anyMatch(part::equals)
          && Arrays.stream(Target.values()).noneMatch(target -> names(part, target))) {
        throw new IllegalArgumentException("there is no part " + part);
      }
    }
    return new Selection(List.copyOf(parts));
  }

  private static boolean names(String part, Target target) {
    return target.name().equals(part) || target.name().startsWith(part + "_");
  }

  boolean has(Target target) {
    return parts.isEmpty() || parts.stream().anyMatch(part -> names(part, target));
  }

  boolean has(String part) {
    return parts.isEmpty() || parts.contains(part);
  }

  /** T5 is measured by the growth run. */
  boolean hasGrowth() {
    return has(GROWTH) || has(Target.T5);
  }
}
