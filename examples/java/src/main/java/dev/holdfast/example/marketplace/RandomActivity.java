package dev.holdfast.example.marketplace;

import dev.holdfast.example.marketplace.Listing.State;
import java.util.HexFormat;
import java.util.Random;

/** Random actions of buyers and other hosts. Each constant is the mean interval in blocks. */
final class RandomActivity {
  private static final int POSTED = 10;
  private static final int FILLED_BY_ANOTHER = 120;
  private static final int CANCELLED = 400;
  private static final int LOST = 3000;
  private static final int FAILED = 3000;
  private static final int OTHERS = 5;

  private final Random random;

  RandomActivity(Random random) {
    this.random = random;
  }

  /** Performs the actions of the block that was just added. */
  void simulateBlock(Marketplace marketplace) {
    for (Listing listing : marketplace.active()) {
      endOrContinue(marketplace, listing);
    }
    if (once(POSTED)) {
      byte[] id = new byte[32];
      random.nextBytes(id);
      Terms terms = Terms.random(random, marketplace.head());
      marketplace.post("0x" + HexFormat.of().formatHex(id), terms);
    }
  }

  private void endOrContinue(Marketplace marketplace, Listing listing) {
    boolean open = listing.state() == State.OPEN;
    if (listing.isDue(marketplace.head())) {
      marketplace.end(listing, open ? State.EXPIRED : State.FINISHED);
    } else if (open && once(CANCELLED)) {
      marketplace.end(listing, State.CANCELLED);
    } else if (!open && isFailed(listing)) {
      marketplace.end(listing, State.FAILED);
    } else {
      continueListing(marketplace, listing);
    }
  }

  private boolean isFailed(Listing listing) {
    return listing.freeSlots().size() > listing.heldSlots().size() || once(FAILED);
  }

  private void continueListing(Marketplace marketplace, Listing listing) {
    for (int slotIndex : listing.freeSlots()) {
      if (once(FILLED_BY_ANOTHER)) {
        marketplace.fill(listing, slotIndex, "host-" + (2 + random.nextInt(OTHERS)));
      }
    }
    if (listing.state() == State.STARTED) {
      for (int slotIndex : listing.heldSlots()) {
        if (once(LOST)) {
          marketplace.free(listing, slotIndex);
        }
      }
    }
  }

  private boolean once(int intervalBlocks) {
    return random.nextInt(intervalBlocks) == 0;
  }
}
