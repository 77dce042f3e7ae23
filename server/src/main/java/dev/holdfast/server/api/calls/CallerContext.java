package dev.holdfast.server.api.calls;

import io.grpc.Context;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The caller of the current call, as far as services depend on it. */
public final class CallerContext {
  private static final Context.Key<String> NAME = Context.key("holdfast.caller.name");
  private static final Context.Key<Predicate<String>> REACH =
      Context.keyWithDefault("holdfast.caller.reach", id -> true);

  private CallerContext() {}

  /**
   * Returns a context for the calls of a caller.
   *
   * @param reach returns whether the caller reaches a repository id
   */
  public static Context in(Context context, String name, Predicate<String> reach) {
    return context.withValues(NAME, name, REACH, reach);
  }

  /** Returns the caller's name; null if the server does not authenticate callers. */
  public static @Nullable String name() {
    return NAME.get();
  }

  /** Returns which repository ids the caller reaches: all, unless its rights are limited. */
  public static Predicate<String> reach() {
    return REACH.get();
  }
}
