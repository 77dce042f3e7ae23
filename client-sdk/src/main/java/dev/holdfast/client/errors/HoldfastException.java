package dev.holdfast.client.errors;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call that was not answered with OK. Errors that callers decide by have classes of their own;
 * {@link #reason()} tells the others apart. The message is for people and may change.
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
   * Makes the exception of facts that a server sent, as the SDK does; a test gets its facts by
   * {@link Facts#of}.
   *
   * @param facts the facts
   */
  public HoldfastException(Facts facts) {
    super(facts.message(), facts.cause());
    this.reason = ErrorReason.ofName(facts.reasonName());
    this.reasonName = facts.reasonName();
    this.metadata = facts.metadata();
  }

  /** {@return what happened and, where that helps, how to go on; for people} */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  /** {@return why the call was refused} */
  public ErrorReason reason() {
    return reason;
  }

  /**
   * {@return the reason as the server calls it, for reasons that are {@link
   * ErrorReason#UNRECOGNIZED}; empty where it is {@link ErrorReason#NONE}}
   */
  public String reasonName() {
    return reasonName;
  }

  /** {@return the facts of the case as the server sent them; numbers are decimal} */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** A number out of the metadata; -1 where the server did not send it as one. */
  final long number(String key) {
    try {
      return Long.parseLong(metadata.getOrDefault(key, ""));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * The facts that an exception is made of.
   *
   * @param reasonName the reason as the server calls it; empty where it gave none
   * @param metadata the facts of the case by the names that {@code error_reason.proto} gives them;
   *     numbers are decimal
   * @param message what happened and, where that helps, how to go on; for people
   * @param cause what the call failed with, if there is anything
   */
  public record Facts(
      String reasonName, Map<String, String> metadata, String message, @Nullable Throwable cause) {
    /** Copies the map; refuses {@code null} where nothing says that it is allowed. */
    public Facts {
      Objects.requireNonNull(reasonName, "reasonName");
      metadata = Map.copyOf(metadata);
      Objects.requireNonNull(message, "message");
    }

    /**
     * Makes facts as a test needs them, with a message made of them and without a cause.
     *
     * @param reason why the call was refused
     * @param metadata the facts of the case by the names that {@code error_reason.proto} gives them
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
