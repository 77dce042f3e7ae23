package dev.holdfast.client.errors;

import dev.holdfast.client.model.ReleaseReason;

/**
 * Why a call was refused. Except for {@link #NONE}, {@link #UNRECOGNIZED} and {@link
 * #STORE_UNAVAILABLE}, each says that the refused attempt changed nothing.
 */
public enum ErrorReason {
  /** An argument is missing, malformed or out of its range. Metadata: {@code field}. */
  INVALID_ARGUMENT,
  /** An observation of the chain without a single slot, which would release everything. */
  EMPTY_OBSERVATION,
  /** There is no repository of this id. Thrown as {@link RepositoryNotFoundException}. */
  REPOSITORY_NOT_FOUND,
  /** The slot has no reservation to act upon. Thrown as {@link ReservationNotFoundException}. */
  RESERVATION_NOT_FOUND,
  /** There is no offer of this id. Thrown as {@link OfferNotFoundException}. */
  OFFER_NOT_FOUND,
  /** The datastore holds no such key. Thrown as {@link KeyNotFoundException}. */
  KEY_NOT_FOUND,
  /** The id is taken. Thrown as {@link RepositoryAlreadyExistsException}. */
  REPOSITORY_ALREADY_EXISTS,
  /** Another operation reserved the slot. Thrown as {@link SlotAlreadyReservedException}. */
  SLOT_ALREADY_RESERVED,
  /** Fewer bytes are free than were asked for. Thrown as {@link InsufficientStorageException}. */
  INSUFFICIENT_STORAGE,
  /**
   * The slot is filled: it has no lease to renew, and is released only with {@link
   * ReleaseReason#REQUEST_ENDED}. Metadata: {@code current_generation}.
   */
  SLOT_FILLED,
  /**
   * A reserve was sent again, and what it had reserved has been released since. Thrown as {@link
   * ReservationReleasedException}.
   */
  RESERVATION_RELEASED,
  /**
   * More bytes than are unassigned were to be released. Metadata: {@code requested_bytes}, {@code
   * unassigned_bytes}.
   */
  RELEASE_EXCEEDS_UNASSIGNED,
  /**
   * A repository that still has reserved bytes or datastore keys cannot be deleted. Metadata:
   * {@code reserved_bytes}, {@code reservation_count}.
   */
  REPOSITORY_NOT_EMPTY,
  /**
   * The operation id has been used for another change to the same thing. Metadata: {@code
   * operation_id}, {@code field}.
   */
  OPERATION_ID_REUSED,
  /**
   * The slot has, or remembers, a reservation of another generation than the one that was named.
   * Thrown as {@link GenerationMismatchException}.
   */
  GENERATION_MISMATCH,
  /**
   * The key of the datastore has another version than the one that was expected. Thrown as {@link
   * VersionMismatchException}.
   */
  VERSION_MISMATCH,
  /**
   * The events asked for are older than what is kept. Thrown as {@link RevisionCompactedException}.
   */
  REVISION_COMPACTED,
  /**
   * The revision asked for has not been reached yet. Thrown as {@link RevisionInFutureException}.
   */
  REVISION_IN_FUTURE,
  /**
   * More is waiting to be committed than the server takes on. Thrown as {@link
   * UnavailableException}.
   */
  OVERLOADED,
  /** The server is shutting down. Thrown as {@link UnavailableException}. */
  DRAINING,
  /**
   * The server's store failed. Thrown as {@link UnavailableException} where it is certain that
   * nothing was changed, else as {@link OutcomeUnknownException}.
   */
  STORE_UNAVAILABLE,
  /** The call carries no token, or one that is not known. */
  UNAUTHENTICATED,
  /** The caller's role does not allow this call. Metadata: {@code role}. */
  PERMISSION_DENIED,
  /**
   * A reason that this version of the SDK does not know; {@link HoldfastException#reasonName()} has
   * it as it was sent.
   */
  UNRECOGNIZED,
  /**
   * Holdfast gave no reason: the error is of the connection, a deadline, a cancellation, or of
   * something else that answers at this address.
   */
  NONE;

  /**
   * Returns the reason that the server calls by a name.
   *
   * @param name the name, {@code SLOT_FILLED} for example; empty for {@link #NONE}
   * @return the reason; {@link #UNRECOGNIZED} where this version of the SDK does not know it
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
