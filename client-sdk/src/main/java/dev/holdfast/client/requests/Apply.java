package dev.holdfast.client.requests;

import java.util.List;
import java.util.Objects;

/**
 * Many changes to one repository, made in order with one durable commit and no other change between
 * them. Each operation carries its own operation id, so the same {@code Apply} can be sent again.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param operations the changes, in order; at most 10,000. The repository of each is empty or this
 *     one
 * @param atomic whether all or none are made: if one fails, nothing changes and the call fails with
 *     its error. Otherwise each succeeds or fails by itself
 */
public record Apply(String repositoryId, List<Operation> operations, boolean atomic) {
  /** Copies the list. */
  public Apply {
    Objects.requireNonNull(repositoryId, "repositoryId");
    operations = List.copyOf(operations);
  }

  /**
   * Makes operations in the repository {@code default}, each for itself.
   *
   * @param operations the changes, in order
   * @return the changes, not yet sent
   */
  public static Apply of(Operation... operations) {
    return of(List.of(operations));
  }

  /**
   * Makes operations in the repository {@code default}, each for itself.
   *
   * @param operations the changes, in order
   * @return the changes, not yet sent
   */
  public static Apply of(List<? extends Operation> operations) {
    return new Apply("", List.copyOf(operations), false);
  }

  /**
   * Returns the same changes in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public Apply withRepositoryId(String repositoryId) {
    return new Apply(repositoryId, operations, atomic);
  }

  /** {@return a copy of which all operations are made, or none} */
  public Apply atomically() {
    return new Apply(repositoryId, operations, true);
  }
}
