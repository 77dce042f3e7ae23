package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * A ratio over the rounds.
 *
 * @param median the median of the rounds; of an even number of rounds, the mean of the middle two
 * @param least the least ratio of the rounds
 * @param greatest the greatest ratio of the rounds
 */
public record Ratio(double median, double least, double greatest) {
  /** Makes it from the ratios of one or more rounds. */
  public static Ratio of(List<Double> rounds) {
    List<Double> sorted = rounds.stream().sorted().toList();
    int size = sorted.size();
    double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    return new Ratio(median, sorted.get(0), sorted.get(size - 1));
  }
}
