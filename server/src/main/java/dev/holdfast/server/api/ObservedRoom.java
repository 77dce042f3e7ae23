package dev.holdfast.server.api;

import java.util.concurrent.Semaphore;

/**
 * The room for observed slots that all Reconcile calls share. Small calls have a part of their own,
 * so that large ones, which may take all of the rest, do not keep small ones out.
 */
final class ObservedRoom {
  private final int largest;
  private final int small;
  private final Semaphore shared;
  private final Semaphore forSmall;

  /**
   * Nothing is taken.
   *
   * @param largest how many slots one call may observe, and all large ones together
   * @param small a call with no more than these is a small one
   * @param forSmall how many all small ones may observe before they share with the large ones
   */
  ObservedRoom(int largest, int small, int forSmall) {
    this.largest = largest;
    this.small = small;
    this.shared = new Semaphore(largest);
    this.forSmall = new Semaphore(forSmall);
  }

  int largest() {
    return largest;
  }

  /** How many more slots a large call may observe. */
  int free() {
    return shared.availablePermits();
  }

  /** How many more slots small calls may observe in their own part. */
  int freeForSmall() {
    return forSmall.availablePermits();
  }

  /** What a new call has: nothing. */
  Share share() {
    return new Share();
  }

  /** What one call has of it; for one thread at a time. */
  final class Share {
    private int ofShared;
    private int ofSmall;

    int taken() {
      return ofShared + ofSmall;
    }

    /** Whether it has some of the room that all large calls share. */
    boolean isLarge() {
      return ofShared > 0;
    }

    /** Takes room for so many more; false where there is none. */
    boolean take(int count) {
      if (ofShared == 0 && ofSmall + count <= small && forSmall.tryAcquire(count)) {
        ofSmall += count;
        return true;
      }
      // A call that turns out to be large leaves the part of the small ones.
      if (!shared.tryAcquire(ofSmall + count)) {
        return false;
      }
      forSmall.release(ofSmall);
      ofShared += ofSmall + count;
      ofSmall = 0;
      return true;
    }

    void free() {
      shared.release(ofShared);
      forSmall.release(ofSmall);
      ofShared = 0;
      ofSmall = 0;
    }
  }
}
