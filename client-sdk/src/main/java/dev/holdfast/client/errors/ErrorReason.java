package dev.holdfast.client.errors;

import dev.holdfast.client.model.ReleaseReason;

/**
 * The reason why a call was rejected. Except for {@link #NONE}, {@link #UNRECOGNIZED} and {@link
 * #STORE_UNAVAILABLE}, each means that the rejected attempt changed nothing.
 */
public enum ErrorReason {
  /** An argument is missing, malformed or out of range. Metadata: {@code field}. */
  INVALID_ARGUMENT,
  /** An observation of the chain without a single slot, which would release everything. */
  EMPTY_OBSERVATION,
  /** There is no repository with this id. Thrown as {@link RepositoryNotFoundException}. */
  REPOSITORY_NOT_FOUND,
  /** The slot has no such reservation. Thrown as {@link ReservationNotFoundException}. */
  RESERVATION_NOT_FOUND,
  /** There is no offer with this id. Thrown as {@link OfferNotFoundException}. */
  OFFER_NOT_FOUND,
  /** The datastore has no such key. Thrown as {@link KeyNotFoundException}. */
  KEY_NOT_FOUND,
  /** The id is taken. Thrown as {@link RepositoryAlreadyExistsException}. */
  REPOSITORY_ALREADY_EXISTS,
  /** Another operation reserved the slot. Thrown as {@link SlotAlreadyReservedException}. */
  SLOT_ALREADY_RESERVED,
  /** Fewer bytes are available than requested. Thrown as {@link InsufficientStorageException}. */
  INSUFFICIENT_STORAGE,
  /**
   * The slot is filled: it has no lease to renew, and only {@link ReleaseReason#REQUEST_ENDED}
   * releases it. Metadata: {@code current_generation}.
   */
  SLOT_FILLED,
  /**
   * A reserve was sent again, but its reservation has been released since. Thrown as {@link
   * ReservationReleasedException}.
   */
  RESERVATION_RELEASED,
  /**
   * The amount to release exceeds the unassigned bytes. Metadata: {@code requested_bytes}, {@code
   * unassigned_bytes}.
   */
  RELEASE_EXCEEDS_UNASSIGNED,
  /**
   * A repository that still has reserved bytes or datastore keys cannot be deleted. Metadata:
   * {@code reserved_bytes}, {@code reservation_count}.
   */
  REPOSITORY_NOT_EMPTY,
  /**
   * The operation id was used for another change in the same scope. Metadata: {@code operation_id},
   * {@code field}.
   */
  OPERATION_ID_REUSED,
  /**
   * The slot has a reservation or a history, but none of the generation in the request. Thrown as
   * {@link GenerationMismatchException}.
   */
  GENERATION_MISMATCH,
  /**
   * The key of the datastore does not have the expected version. Thrown as {@link
   * VersionMismatchException}.
   */
  VERSION_MISMATCH,
  /** The requested events are no longer kept. Thrown as {@link RevisionCompactedException}. */
  REVISION_COMPACTED,
  /**
   * The repository has not reached the requested revision yet. Thrown as {@link
   * RevisionInFutureException}.
   */
  REVISION_IN_FUTURE,
  /**
   * A limit of the server is reached, for example of waiting changes. Thrown as {@link
   * UnavailableException}.
   */
  OVERLOADED,
  /** The server is shutting down. Thrown as {@link UnavailableException}. */
  DRAINING,
  /**
   * The server's store failed. Thrown as {@link UnavailableException} if certainly nothing was
   * changed, otherwise as {@link OutcomeUnknownException}.
   */
  STORE_UNAVAILABLE,
  /** The call carries no token, or an unknown one. */
  UNAUTHENTICATED,
  /** The caller's role does not allow this call. Metadata: {@code role}. */
  PERMISSION_DENIED,
  /**
   * A reason that this version of the SDK does not know; {@link HoldfastException#reasonName()}
   * returns its name.
   */
  UNRECOGNIZED,
  /**
   * Holdfast gave no reason: the error comes from the connection, a deadline, a cancellation, or
   * another program at this address.
   */
  NONE;

  /**
   * Returns the reason with a name of the server.
   *
   * @param name the name, {@code SLOT_FILLED} for example; empty for {@link #NONE}
   * @return the reason; {@link #UNRECOGNIZED} if this version of the SDK does not know it
   */
  public static ErrorReason ofName(String name) {
    if (name.isEmpty()) {
      return NONE;
    }
    for (ErrorReason reason : values()) {
      if (reason.name().equals(name) && reason != NONE) {
        return reason;
      }
    }
    return UNRECOGNIZED;
  }
}
