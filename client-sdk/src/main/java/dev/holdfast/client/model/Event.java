package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Objects;

/**
 * One change to the books of a repository. A renewed lease is no event. A reservation in it is as
 * it was then.
 */
public sealed interface Event {
  /**
   * {@return the revision that this change made. Those of a repository have no gaps, but for the
   * one that a restored backup leaves}
   */
  long revision();

  /** {@return when it was made, by the server's clock} */
  Instant time();

  /** {@return how many bytes of the repository could be reserved after it} */
  long availableBytes();

  /**
   * Space was reserved for a slot.
   *
   * @param revision the revision that this change made
   * @param time when it was made
   * @param availableBytes how many bytes could be reserved after it
   * @param reservation the reservation, whose generation is the revision
   */
  record Reserved(long revision, Instant time, long availableBytes, Reservation reservation)
      implements Event {
    /** Refuses {@code null}. */
    public Reserved {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(reservation, "reservation");
    }
  }

  /**
   * A slot was filled.
   *
   * @param revision the revision that this change made
   * @param time when it was made
   * @param availableBytes how many bytes could be reserved after it
   * @param reservation the reservation, {@code FILLED}
   */
  record Filled(long revision, Instant time, long availableBytes, Reservation reservation)
      implements Event {
    /** Refuses {@code null}. */
    public Filled {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(reservation, "reservation");
    }
  }

  /**
   * The space of a slot was given back.
   *
   * @param revision the revision that this change made
   * @param time when it was made
   * @param availableBytes how many bytes could be reserved after it
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
    /** Refuses {@code null}. */
    public Released {
      Objects.requireNonNull(time, "time");
      Objects.requireNonNull(reservation, "reservation");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * The capacity was changed, or the repository was made or deleted.
   *
   * @param revision the revision that this change made
   * @param time when it was made
   * @param availableBytes how many bytes could be reserved after it
   * @param capacityBytes the capacity after it; 0 also where the repository was deleted
   */
  record CapacityChanged(long revision, Instant time, long availableBytes, long capacityBytes)
      implements Event {
    /** Refuses {@code null}. */
    public CapacityChanged {
      Objects.requireNonNull(time, "time");
    }
  }

  /**
   * Bytes that belong to no slot were reserved or given back.
   *
   * @param revision the revision that this change made
   * @param time when it was made
   * @param availableBytes how many bytes could be reserved after it
   * @param unassignedBytes how many bytes were reserved after it that belong to no slot
   */
  record UnassignedChanged(long revision, Instant time, long availableBytes, long unassignedBytes)
      implements Event {
    /** Refuses {@code null}. */
    public UnassignedChanged {
      Objects.requireNonNull(time, "time");
    }
  }

  /**
   * A change of a kind that this version of the SDK does not know.
   *
   * @param revision the revision that this change made
   * @param time when it was made
   * @param availableBytes how many bytes could be reserved after it
   */
  record Unrecognized(long revision, Instant time, long availableBytes) implements Event {
    /** Refuses {@code null}. */
    public Unrecognized {
      Objects.requireNonNull(time, "time");
    }
  }
}
