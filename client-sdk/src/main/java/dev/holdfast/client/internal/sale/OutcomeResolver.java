package dev.holdfast.client.internal.sale;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.internal.calls.Backoff;
import dev.holdfast.client.internal.calls.ClientTimers;
import dev.holdfast.client.internal.wire.Errors;
import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends a change again until it is answered. It waits also if the thread is interrupted, and keeps
 * the interrupt.
 *
 * @param context the Context of the calls, without deadline and cancellation
 * @param patience for how long it sends the change again
 */
public record OutcomeResolver(ClientTimers background, Context context, Duration patience) {
  private static final Backoff PAUSES = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));

  /**
   * Sends a change that may be left undone: throws if certainly nothing was changed. Once its
   * outcome is unknown, sends it again until it is answered.
   */
  public <T> T resolve(Supplier<CompletableFuture<T>> change) {
    return untilAnswered(change, false);
  }

  /** Sends a change that is needed, also while the server is unreachable. */
  public <T> T insist(Supplier<CompletableFuture<T>> change) {
    return untilAnswered(change, true);
  }

  private <T> T untilAnswered(Supplier<CompletableFuture<T>> change, boolean needed) {
    long begin = System.nanoTime();
    @Nullable OutcomeUnknownException unknown = null;
    for (int failures = 0; ; failures++) {
      try {
        return join(change);
      } catch (HoldfastException e) {
        if (e instanceof OutcomeUnknownException thisOne) {
          unknown = thisOne;
        } else if (Errors.judgesTheOperation(e.reason()) || (unknown == null && !needed)) {
          throw e;
        }
        Duration pause = PAUSES.after(failures);
        if (System.nanoTime() - begin + pause.toNanos() > patience.toNanos()) {
          throw unknown != null ? unknown : e;
        }
        sleep(pause);
      }
      background.reconnect();
    }
  }

  private <T> T join(Supplier<CompletableFuture<T>> change) {
    Context before = context.attach();
    try {
      return change.get().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    } finally {
      context.detach(before);
    }
  }

  private static void sleep(Duration pause) {
    CompletableFuture.runAsync(
            () -> {},
            CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, Runnable::run))
        .join();
  }
}
