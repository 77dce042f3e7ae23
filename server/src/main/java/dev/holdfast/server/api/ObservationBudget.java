package dev.holdfast.server.api;

import java.util.concurrent.Semaphore;

/**
 * The budget of observed slots that all Reconcile calls share. Small calls have a reserve of their
 * own, so that large calls, which may use all of the rest, do not lock them out.
 */
final class ObservationBudget {
  private final int largest;
  private final int small;
  private final Semaphore shared;
  private final Semaphore smallReserve;

  /**
   * Makes an unused budget.
   *
   * @param largest maximum number of slots of one call, and of all large calls together
   * @param small maximum number of slots of a small call
   * @param smallReserve number of slots that only small calls may use
   */
  ObservationBudget(int largest, int small, int smallReserve) {
    this.largest = largest;
    this.small = small;
    this.shared = new Semaphore(largest);
    this.smallReserve = new Semaphore(smallReserve);
  }

  int largest() {
    return largest;
  }

  /** Returns the number of slots that large calls may still observe. */
  int available() {
    return shared.availablePermits();
  }

  /** Returns the number of slots that small calls may still observe in their reserve. */
  int availableToSmall() {
    return smallReserve.availablePermits();
  }

  /** Returns an empty share for a new call. */
  Share share() {
    return new Share();
  }

  /** The share of one call; not thread-safe. */
  final class Share {
    private int sharedSlots;
    private int reserveSlots;

    int taken() {
      return sharedSlots + reserveSlots;
    }

    /** Returns whether the call uses the budget of large calls. */
    boolean isLarge() {
      return sharedSlots > 0;
    }

    /** Reserves this many more slots. Returns false if the budget is exhausted. */
    boolean take(int count) {
      if (sharedSlots == 0 && reserveSlots + count <= small && smallReserve.tryAcquire(count)) {
        reserveSlots += count;
        return true;
      }
      // A call that becomes large leaves the reserve of small calls.
      if (!shared.tryAcquire(reserveSlots + count)) {
        return false;
      }
      smallReserve.release(reserveSlots);
      sharedSlots += reserveSlots + count;
      reserveSlots = 0;
      return true;
    }

    void release() {
      shared.release(sharedSlots);
      smallReserve.release(reserveSlots);
      sharedSlots = 0;
      reserveSlots = 0;
    }
  }
}
