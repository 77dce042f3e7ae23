package dev.holdfast.server.api.calls;

import io.grpc.Context;
import java.util.function.Predicate;

/** The repositories that the caller of the current call reaches. */
public final class CallerReach {
  private static final Context.Key<Predicate<String>> REPOSITORIES =
      Context.keyWithDefault("holdfast.caller.repositories", id -> true);

  private CallerReach() {}

  /** Returns a context whose calls reach these repositories only. */
  public static Context in(Context context, Predicate<String> repositories) {
    return context.withValue(REPOSITORIES, repositories);
  }

  /** Returns which repository ids the current call reaches: all, unless the context limits them. */
  public static Predicate<String> current() {
    return REPOSITORIES.get();
  }
}
