package dev.holdfast.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * The sizes and durations of the measurements.
 *
 * @param rounds the number of rounds of every comparison
 * @param runIn the load before the first measurement of a server: most of its code is not compiled
 *     yet, and the compiler slows down the side that has more of it
 * @param warmUp the warm-up before each measurement
 * @param counted the duration of each measurement
 * @param aged the number of rows or live reservations in an aged table
 * @param growth the numbers of live reservations at which to measure, in ascending order
 * @param soakSlice the length of a slice of the soak
 * @param soakSlices the number of slices of the soak
 * @param reconciled the number of slots that are reconciled, or end with their request, beside
 *     other callers
 * @param verified the number of reservations that are verified beside other callers
 * @param subscribers the number of watchers beside other callers
 */
record Scale(
    int rounds,
    Duration runIn,
    Duration warmUp,
    Duration counted,
    long aged,
    List<Long> growth,
    Duration soakSlice,
    int soakSlices,
    int reconciled,
    long verified,
    int subscribers) {
  static final Scale FULL =
      new Scale(
          7,
          Duration.ofSeconds(30),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8),
          1_000_000,
          List.of(1_000L, 10_000L, 100_000L, 1_000_000L, 3_000_000L, 10_000_000L),
          Duration.ofMinutes(1),
          5,
          200_000,
          10_000_000,
          10_000);

  static final Scale QUICK =
      new Scale(
          3,
          Duration.ofSeconds(15),
          Duration.ofMillis(500),
          Duration.ofMillis(1500),
          100_000,
          List.of(1_000L, 10_000L, 50_000L, 200_000L),
          Duration.ofSeconds(3),
          4,
          20_000,
          200_000,
          1_000);
}
