package dev.holdfast.client.requests;

/**
 * A change to the reservations of a repository, as a value: one call of {@link
 * dev.holdfast.client.Reservations}, or one operation of an {@link Apply}.
 */
public sealed interface Operation
    permits ReserveSlot, RenewLease, FillSlot, ReleaseSlot, EndRequest {
  /**
   * {@return the repository that it changes. Empty means {@code default}, and within an {@link
   * Apply} the repository of that}
   */
  String repositoryId();
}
