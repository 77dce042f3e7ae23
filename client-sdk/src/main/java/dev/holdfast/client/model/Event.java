package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Objects;

/**
 * One change to the books of a repository. A renewed lease is no event. A reservation in it is as
 * it was then.
 */
public sealed interface Event {
  /**
   * {@return the revision that this change made. The revisions of a repository have no gaps, except
   * the one after a restored backup}
   */
  long revision();

  /** {@return the time of the change, by the server's clock} */
  Instant time();

  /** {@return the number of bytes of the repository that could be reserved after it} */
  long availableBytes();

  /**
   * Space was reserved for a slot.
   *
   * @param revision the revision that this change made
   * @param time the time of the change
   * @param availableBytes the number of bytes that could be reserved after it
   * @param reservation the reservation, whose generation is the revision
   */
  record Reserved(long revision, Instant time, long availableBytes, Reservation reservation)
      implements Event {
    /** Rejects {@code null}. */
    public Reserved {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(reservation, "reservation");
    }
  }

  /**
   * A slot was filled.
   *
   * @param revision the revision that this change made
   * @param time the time of the change
   * @param availableBytes the number of bytes that could be reserved after it
   * @param reservation the reservation, {@code FILLED}
   */
  record Filled(long revision, Instant time, long availableBytes, Reservation reservation)
      implements Event {
    /** Rejects {@code null}. */
    public Filled {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(reservation, "reservation");
    }
  }

  /**
   * The space of a slot was released.
   *
   * @param revision the revision that this change made
   * @param time the time of the change
   * @param availableBytes the number of bytes that could be reserved after it
   * @param reservation the reservation that ended, {@code RELEASED}, with the amount that was given
   *     back
   * @param reason why
   */
  record Released(
      long revision,
      Instant time,
      long availableBytes,
      Reservation reservation,
      ReleaseReason reason)
      implements Event {
    /** Rejects {@code null}. */
    public Released {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(reservation, "reservation");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * The capacity was changed, or the repository was created or deleted.
   *
   * @param revision the revision that this change made
   * @param time the time of the change
   * @param availableBytes the number of bytes that could be reserved after it
   * @param capacityBytes the capacity after it; 0 also where the repository was deleted
   */
  record CapacityChanged(long revision, Instant time, long availableBytes, long capacityBytes)
      implements Event {
    /** Rejects {@code null}. */
    public CapacityChanged {
      Objects.requireNonNull(time, "time");
    }
  }

  /**
   * Bytes that belong to no slot were reserved or released.
   *
   * @param revision the revision that this change made
   * @param time the time of the change
   * @param availableBytes the number of bytes that could be reserved after it
   * @param unassignedBytes the number of reserved bytes after it that belong to no slot
   */
  record UnassignedChanged(long revision, Instant time, long availableBytes, long unassignedBytes)
      implements Event {
    /** Rejects {@code null}. */
    public UnassignedChanged {
      Objects.requireNonNull(time, "time");
    }
  }

  /**
   * A change of a kind that this version of the SDK does not know.
   *
   * @param revision the revision that this change made
   * @param time the time of the change
   * @param availableBytes the number of bytes that could be reserved after it
   */
  record Unrecognized(long revision, Instant time, long availableBytes) implements Event {
    /** Rejects {@code null}. */
    public Unrecognized {
      Objects.requireNonNull(time, "time");
    }
  }
}
