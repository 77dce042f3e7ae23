package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.TakenIndexes;
import java.util.SplittableRandom;

/**
 * The slots of a request that can be chosen: neither excluded nor reserved. There can be nearly
 * 2^64, so they are never counted out.
 */
final class FreeSlots {
  private final StorageRequest request;
  private final SlotIndexes excluded;
  private final SlotIndexes taken;

  FreeSlots(StorageRequest request, SlotIndexes excluded, TakenIndexes reserved) {
    this.request = request;
    this.excluded = excluded;
    long[] indexes = reserved.indexes();
    taken = indexes.length == 0 ? excluded : excluded.with(request.slotCount(), indexes);
  }

  boolean none() {
    return request.slotCount() == taken.size();
  }

  Decline decline() {
    return Declines.noFreeSlot(request, excluded.size(), taken.size() - excluded.size());
  }

  /** One of them, each as likely as any other over all seeds. */
  long any(long seed) {
    long free = request.slotCount() - taken.size();
    SplittableRandom random = new SplittableRandom(seed);
    long mask = -1L >>> Long.numberOfLeadingZeros((free - 1) | 1);
    long rank;
    do {
      rank = random.nextLong() & mask;
    } while (Long.compareUnsigned(rank, free) >= 0);
    return taken.absent(rank);
  }
}
