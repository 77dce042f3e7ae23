package dev.holdfast.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured, and for how long.
 *
 * @param rounds of every comparison
 * @param runIn before the first measurement of a server: most of its code is not compiled yet, and
 *     the compiler takes from the side that has more of it
 * @param warmUp before each measurement
 * @param counted of each measurement
 * @param aged how many rows or live reservations stand in a table that has an age
 * @param growth at how many live reservations to measure, from the fewest to the most
 * @param soakSlice of the soak
 * @param soakSlices of the soak
 * @param reconciled how many slots are reconciled, or end with their request, beside others
 * @param verified how many reservations are verified beside others
 * @param subscribers who watch beside others
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
