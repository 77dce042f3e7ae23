package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The engine failed: the disk is full or broken, or what it has kept is damaged. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean outcomeUnknown;
  private final transient @Nullable Damage damage;

  private StoreException(
      String message, @Nullable Throwable cause, boolean outcomeUnknown, @Nullable Damage damage) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
    this.damage = damage;
  }

  /**
   * Something on the disk is not what was written there.
   *
   * @param kind what follows from it
   * @param subject what it is, to a person
   * @param stored the checksum that stands with it
   * @param computed the checksum of what is found there; the same where that is not what is wrong
   */
  public record Damage(Kind kind, String subject, long stored, long computed) {
    /** What follows from damage. */
    public enum Kind {
      /** A row and its key: the row that was written may be hidden from whoever looks for it. */
      ROW,
      /** What a row has besides, which is found where it is looked for. */
      CONTENT,
      /** What is made again of something else. */
      DERIVED
    }

    private String words() {
      return stored == computed
          ? subject
          : subject + ": its checksum is " + computed + ", not " + stored;
    }
  }

  private static final String TO_DO =
      ". Stop the server, let 'holdfast verify' tell all that is damaged, and put a copy of the"
          + " data dir in its place";

  /** Nothing was changed. */
  public static StoreException notApplied(String what, Throwable cause) {
    return new StoreException(what + ": " + cause.getMessage(), cause, false, null);
  }

  /** Nothing was even tried. */
  public static StoreException refused(String why) {
    return new StoreException(why, null, false, null);
  }

  /** The commit itself failed: it may have reached the disk or not. */
  public static StoreException unknown(String what, Throwable cause) {
    return new StoreException(what + ": " + cause.getMessage(), cause, true, null);
  }

  /** What was asked for is damaged, and nothing was changed. */
  public static StoreException damaged(Damage damage) {
    return new StoreException(
        damage.words()
            + (damage.kind() == Damage.Kind.DERIVED
                ? "; it is made again of the events"
                : "; nothing of it is served" + TO_DO),
        null,
        false,
        damage);
  }

  /** What was asked for is not found, and may be what this damage hides; nothing was changed. */
  public static StoreException hidden(Damage damage) {
    return new StoreException(
        "not found, but it may be hidden by damage: " + damage.words() + TO_DO,
        null,
        false,
        damage);
  }

  /** What is damaged; null where something else failed. Whatever does not need it still works. */
  public @Nullable Damage damage() {
    return damage;
  }

  /** What a call is refused with that needs what failed. */
  public Rejection rejection() {
    return damage == null
        ? Rejections.storeUnavailable(outcomeUnknown)
        : Rejections.storeDamaged(Objects.requireNonNull(getMessage()));
  }

  /** Whether the transaction may have become durable all the same. */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
