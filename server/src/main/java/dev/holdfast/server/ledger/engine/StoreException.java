package dev.holdfast.server.ledger.engine;

import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reports a failure of the engine: the disk is full or broken, stored data is damaged, or another
 * server was faster.
 */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Outcome outcome;
  private final transient @Nullable Damage damage;

  private enum Outcome {
    NOT_APPLIED,
    CONFLICT,
    UNKNOWN
  }

  private StoreException(
      String message, @Nullable Throwable cause, Outcome outcome, @Nullable Damage damage) {
    super(message, cause);
    this.outcome = outcome;
    this.damage = damage;
  }

  /**
   * Stored data that differs from what was written.
   *
   * @param kind the consequence
   * @param subject the damaged data, for a person
   * @param stored the stored checksum
   * @param computed the checksum of the stored data; equal to the stored one if the damage is of
   *     another kind
   */
  public record Damage(Kind kind, String subject, long stored, long computed) {
    /** The consequences of damage. */
    public enum Kind {
      /** A row including its key: a search may miss the row. */
      ROW,
      /** The content of a row; a search still finds the row. */
      CONTENT,
      /** Derived data, which is rebuilt from other data. */
      DERIVED
    }

    private String description() {
      return stored == computed
          ? subject
          : subject + ": its checksum is " + computed + ", not " + stored;
    }
  }

  private static final String REMEDY =
      ". Stop the server, run 'holdfast verify' to list all damage, and restore the data"
          + " directory from a copy";

  /** Returns the exception for a failure that changed nothing. */
  public static StoreException notApplied(String action, Throwable cause) {
    return new StoreException(action + ": " + cause.getMessage(), cause, Outcome.NOT_APPLIED, null);
  }

  /** Returns the exception for a transaction that was not attempted. */
  public static StoreException refused(String reason) {
    return new StoreException(reason, null, Outcome.NOT_APPLIED, null);
  }

  /**
   * Returns the exception for a transaction that changed nothing because of another one, or of a
   * connection that was lost before the commit was sent. The same batch can be loaded and decided
   * again.
   */
  public static StoreException conflict(String action, Throwable cause) {
    return new StoreException(action + ": " + cause.getMessage(), cause, Outcome.CONFLICT, null);
  }

  /** Returns the exception for a failed commit, which may have reached the disk or not. */
  public static StoreException unknown(String action, Throwable cause) {
    return new StoreException(action + ": " + cause.getMessage(), cause, Outcome.UNKNOWN, null);
  }

  /** Returns the exception for damaged data that a call needs; nothing was changed. */
  public static StoreException damaged(Damage damage) {
    return new StoreException(
        damage.description()
            + (damage.kind() == Damage.Kind.DERIVED
                ? "; it is rebuilt from the events"
                : "; it is not served" + REMEDY),
        null,
        Outcome.NOT_APPLIED,
        damage);
  }

  /**
   * Returns the exception for data that was not found and that this damage may hide; nothing was
   * changed.
   */
  public static StoreException hidden(Damage damage) {
    return new StoreException(
        "not found, but damage may hide it: " + damage.description() + REMEDY,
        null,
        Outcome.NOT_APPLIED,
        damage);
  }

  /**
   * Returns the damage; null for another failure. Calls that do not need the damaged data still
   * work.
   */
  public @Nullable Damage damage() {
    return damage;
  }

  /** Returns the rejection of a call that needs what failed. */
  public Rejection rejection() {
    return damage == null
        ? Rejections.storeUnavailable(outcomeUnknown())
        : Rejections.storeDamaged(Objects.requireNonNull(getMessage()));
  }

  /** Returns whether the transaction may have become durable nevertheless. */
  public boolean outcomeUnknown() {
    return outcome == Outcome.UNKNOWN;
  }

  /** Returns whether the batch can be loaded and decided again at once. */
  public boolean conflict() {
    return outcome == Outcome.CONFLICT;
  }
}
