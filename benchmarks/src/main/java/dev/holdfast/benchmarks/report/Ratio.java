package dev.holdfast.benchmarks.report;

import java.util.List;

/**
 * A ratio over the rounds.
 *
 * @param median of the rounds; of an even number of them, the mean of the middle two
 * @param least of the rounds
 * @param greatest of the rounds
 */
public record Ratio(double median, double least, double greatest) {
  /** Of the ratios of one round or more. */
  public static Ratio of(List<Double> rounds) {
    List<Double> sorted = rounds.stream().sorted().toList();
    int size = sorted.size();
    double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    return new Ratio(median, sorted.get(0), sorted.get(size - 1));
  }
}
