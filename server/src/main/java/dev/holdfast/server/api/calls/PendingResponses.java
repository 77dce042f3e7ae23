package dev.holdfast.server.api.calls;

import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Tracks the calls without a response and the bytes of unsent responses. These bytes occupy the
 * transport's memory until the client reads them, so one limit covers all of them.
 */
public final class PendingResponses {
  /** Responses up to this size are not counted, because the limits on calls cover them. */
  static final int UNCOUNTED_BYTES = 2048;

  /** Budget for the largest value. With less left, a read would access the store in vain. */
  private static final int MIN_AVAILABLE_BYTES = 1 << 20;

  /** Time after which a call whose client reads nothing may be reset for others. */
  static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final long limitBytes;
  private final LongSupplier nanos;
  private final AtomicInteger unansweredCalls = new AtomicInteger();
  private final AtomicLong unsentBytes = new AtomicLong();

  /** The calls with unsent bytes. */
  private final Set<CallDispatcher.Call<?>> unsent = ConcurrentHashMap.newKeySet();

  /** Whether a response was rejected since the last reset of stalled calls. */
  private volatile boolean rejected;

  /**
   * Makes a tracker without calls.
   *
   * @param limitBytes maximum bytes of unsent responses; responses to committed changes may exceed
   *     it
   * @param nanos a clock like {@link System#nanoTime()}
   */
  public PendingResponses(long limitBytes, LongSupplier nanos) {
    this.limitBytes = limitBytes;
    this.nanos = nanos;
  }

  /** Returns the number of accepted and unanswered calls. */
  public int unansweredCount() {
    return unansweredCalls.get();
  }

  /** Returns the bytes of large responses that wait to be sent. */
  public long unsentBytes() {
    return unsentBytes.get();
  }

  /** Returns whether a call with a large response can start. */
  boolean hasBudget() {
    if (unsentBytes.get() + MIN_AVAILABLE_BYTES <= limitBytes) {
      return true;
    }
    rejected = true;
    return false;
  }

  Rejection overBudget() {
    return Rejections.unsentResponses(unsentBytes.get());
  }

  void callStarted() {
    unansweredCalls.incrementAndGet();
  }

  void callAnswered() {
    unansweredCalls.decrementAndGet();
  }

  /** Reserves budget for a response. Returns false if the budget is exhausted. */
  boolean tryReserve(CallDispatcher.Call<?> call, int bytes) {
    long before = unsentBytes.getAndAdd(bytes);
    if (before + bytes > limitBytes) {
      unsentBytes.addAndGet(-bytes);
      rejected = true;
      return false;
    }
    unsent.add(call);
    return true;
  }

  /** Reserves budget for a response to a committed change, even beyond the limit. */
  void reserve(CallDispatcher.Call<?> call, int bytes) {
    unsentBytes.addAndGet(bytes);
    unsent.add(call);
  }

  void release(CallDispatcher.Call<?> call, int bytes) {
    unsent.remove(call);
    unsentBytes.addAndGet(-bytes);
  }

  long nanos() {
    return nanos.getAsLong();
  }

  /** Resets the calls whose clients do not read their responses, if others need the budget. */
  public void resetStalled() {
    if (!rejected) {
      return;
    }
    rejected = false;
    long now = nanos();
    unsent.forEach(call -> call.resetIfStalled(now));
  }
}
