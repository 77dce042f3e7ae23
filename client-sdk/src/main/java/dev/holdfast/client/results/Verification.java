package dev.holdfast.client.results;

import java.util.List;
import java.util.Objects;

/**
 * The outcome of a recount of a repository's books. All numbers are of one moment.
 *
 * @param consistent whether all recounted numbers agree with the recorded ones
 * @param recordedBytes the recorded number of reserved bytes
 * @param countedBytes the recounted number of reserved bytes
 * @param reservationCount the recounted number of reservations
 * @param revision the revision of the recount
 * @param problems the differences, at most 100; empty if {@code consistent}
 */
public record Verification(
    boolean consistent,
    long recordedBytes,
    long countedBytes,
    long reservationCount,
    long revision,
    List<Problem> problems) {
  /** Copies the list. */
  public Verification {
    problems = List.copyOf(problems);
  }

  /**
   * A number whose recorded value differs from the recounted one.
   *
   * @param subject the meaning of the number, for a person
   * @param recorded the recorded number
   * @param counted the recounted number
   */
  public record Problem(String subject, long recorded, long counted) {
    /** Rejects {@code null}. */
    public Problem {
      Objects.requireNonNull(subject, "subject");
    }
  }
}
