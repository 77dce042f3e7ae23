package dev.holdfast.client.results;

import java.util.List;
import java.util.Objects;

/**
 * The outcome of a recount of a repository's books. All numbers are of one moment.
 *
 * @param consistent whether everything that was recounted agrees with what is recorded
 * @param recordedBytes the reserved bytes that are recorded for the repository
 * @param countedBytes the reserved bytes that the recount finds
 * @param reservationCount how many reservations the recount finds
 * @param revision the revision of the repository that the recount is of
 * @param problems what differs, at most 100; empty where {@code consistent}
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
   * One number that is recorded differently from what the recount finds.
   *
   * @param subject what the number is of, as a phrase for a person
   * @param recorded the number that is recorded
   * @param counted the number that the recount finds
   */
  public record Problem(String subject, long recorded, long counted) {
    /** Refuses {@code null}. */
    public Problem {
      Objects.requireNonNull(subject, "subject");
    }
  }
}
