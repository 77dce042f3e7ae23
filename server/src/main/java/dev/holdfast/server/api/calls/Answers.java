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
 * The calls that wait for their answers, and the bytes of answers that wait to be sent. Those bytes
 * lie in the transport's memory until the caller takes them, so a limit stands for all together.
 */
public final class Answers {
  /** A smaller answer is not counted: the limits on calls hold for those. */
  static final int SMALL_BYTES = 2048;

  /** The room for the largest value: what has less would be read from the store for nothing. */
  private static final int BEGIN_BYTES = 1 << 20;

  /** Who takes nothing for so long has to make place, if others need it. */
  static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final long limitBytes;
  private final LongSupplier nanos;
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong unsentBytes = new AtomicLong();

  /** Whose bytes they are. */
  private final Set<CallDispatcher.Call<?>> unsent = ConcurrentHashMap.newKeySet();

  /** Whether an answer was refused since the stalled ones were cut off last. */
  private volatile boolean refused;

  /**
   * No calls yet.
   *
   * @param limitBytes how many bytes of answers may wait to be sent; answers that have to be given,
   *     since something was changed, may go beyond it
   * @param nanos the time, as {@link System#nanoTime()} has it
   */
  public Answers(long limitBytes, LongSupplier nanos) {
    this.limitBytes = limitBytes;
    this.nanos = nanos;
  }

  /** How many calls were taken on and not answered. */
  public int unansweredCount() {
    return unanswered.get();
  }

  /** How many bytes of large answers wait to be sent. */
  public long unsentBytes() {
    return unsentBytes.get();
  }

  /** Whether calls with large answers can be begun. */
  boolean hasRoom() {
    if (unsentBytes.get() + BEGIN_BYTES <= limitBytes) {
      return true;
    }
    refused = true;
    return false;
  }

  Rejection noRoom() {
    return Rejections.answersUnsent(unsentBytes.get());
  }

  void begun() {
    unanswered.incrementAndGet();
  }

  void answered() {
    unanswered.decrementAndGet();
  }

  /** Takes room for an answer; false where there is none. */
  boolean take(CallDispatcher.Call<?> call, int bytes) {
    long before = unsentBytes.getAndAdd(bytes);
    if (before + bytes > limitBytes) {
      unsentBytes.addAndGet(-bytes);
      refused = true;
      return false;
    }
    unsent.add(call);
    return true;
  }

  /** Takes room for an answer that has to be given. */
  void takeAlways(CallDispatcher.Call<?> call, int bytes) {
    unsentBytes.addAndGet(bytes);
    unsent.add(call);
  }

  void sent(CallDispatcher.Call<?> call, int bytes) {
    unsent.remove(call);
    unsentBytes.addAndGet(-bytes);
  }

  long nanos() {
    return nanos.getAsLong();
  }

  /** Resets the calls whose callers do not take their answers, where others want the room. */
  public void resetStalled() {
    if (!refused) {
      return;
    }
    refused = false;
    long now = nanos();
    unsent.forEach(call -> call.resetIfStalled(now));
  }
}
