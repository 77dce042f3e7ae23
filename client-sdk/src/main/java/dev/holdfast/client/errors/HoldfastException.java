package dev.holdfast.client.errors;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call that was not answered with OK. Errors that callers handle have classes of their own;
 * {@link #reason()} distinguishes the others. The message is for people and may change.
 *
 * <p>Unless it is an {@link OutcomeUnknownException}, nothing was changed.
 *
 * <p>Exceptions that carry their facts as values are an idea of oxia-java's client API.
 */
public class HoldfastException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorReason reason;
  private final String reasonName;
  private final Map<String, String> metadata;

  /**
   * Makes the exception from the facts that a server sent; a test gets its facts by {@link
   * Facts#of}.
   *
   * @param facts the facts
   */
  public HoldfastException(Facts facts) {
    super(facts.message(), facts.cause());
    this.reason = ErrorReason.ofName(facts.reasonName());
    this.reasonName = facts.reasonName();
    this.metadata = facts.metadata();
  }

  /** {@return the failure and, if it helps, how to continue; for people} */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** {@return the reason why the call was rejected} */
  public ErrorReason reason() {
    return reason;
  }

  /**
   * {@return the name of the reason on the server, for reasons that are {@link
   * ErrorReason#UNRECOGNIZED}; empty if it is {@link ErrorReason#NONE}}
   */
  public String reasonName() {
    return reasonName;
  }

  /** {@return the facts of the case as the server sent them; numbers are decimal} */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Returns a number from the metadata; -1 if the server did not send it. */
  final long number(String key) {
    try {
      return Long.parseLong(metadata.getOrDefault(key, ""));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * The facts of an exception.
   *
   * @param reasonName the name of the reason on the server; empty if it sent none
   * @param metadata the facts of the case, with the names of {@code error_reason.proto}; numbers
   *     are decimal
   * @param message the failure and, if it helps, how to continue; for people
   * @param cause the cause of the failure, if there is one
   */
  public record Facts(
      String reasonName, Map<String, String> metadata, String message, @Nullable Throwable cause) {
    /** Copies the map; rejects {@code null} except where {@code @Nullable} allows it. */
    public Facts {
      Objects.requireNonNull(reasonName, "reasonName");
      metadata = Map.copyOf(metadata);
      Objects.requireNonNull(message, "message");
    }

    /**
     * Makes facts for a test, with a message made from them and without a cause.
     *
     * @param reason the reason why the call was rejected
     * @param metadata the facts of the case, with the names of {@code error_reason.proto}
     * @return the facts
     */
    public static Facts of(ErrorReason reason, Map<String, String> metadata) {
      return new Facts(
          reason == ErrorReason.NONE ? "" : reason.name(),
          metadata,
          reason + ": " + metadata,
          null);
    }
  }
}
