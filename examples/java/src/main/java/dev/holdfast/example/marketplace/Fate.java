package dev.holdfast.example.marketplace;

import dev.holdfast.example.marketplace.Listing.State;
import java.util.HexFormat;
import java.util.Random;

/** What buyers and other hosts do in a block: each of these once in so many blocks. */
final class Fate {
  private static final int POSTED = 10;
  private static final int FILLED_BY_ANOTHER = 120;
  private static final int CANCELLED = 400;
  private static final int LOST = 3000;
  private static final int FAILED = 3000;
  private static final int OTHERS = 5;

  private final Random random;

  Fate(Random random) {
    this.random = random;
  }

  /** In the block that was just added. */
  void happen(Marketplace marketplace) {
    for (Listing listing : marketplace.living()) {
      endOrGoOn(marketplace, listing);
    }
    if (once(POSTED)) {
      byte[] id = new byte[32];
      random.nextBytes(id);
      Terms terms = Terms.random(random, marketplace.head());
      marketplace.post("0x" + HexFormat.of().formatHex(id), terms);
    }
  }

  private void endOrGoOn(Marketplace marketplace, Listing listing) {
    boolean open = listing.state() == State.OPEN;
    if (listing.isDue(marketplace.head())) {
      marketplace.end(listing, open ? State.EXPIRED : State.FINISHED);
    } else if (open && once(CANCELLED)) {
      marketplace.end(listing, State.CANCELLED);
    } else if (!open && tooMuchIsLost(listing)) {
      marketplace.end(listing, State.FAILED);
    } else {
      goOn(marketplace, listing);
    }
  }

  private boolean tooMuchIsLost(Listing listing) {
    return listing.freeSlots().size() > listing.heldSlots().size() || once(FAILED);
  }

  private void goOn(Marketplace marketplace, Listing listing) {
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

  private boolean once(int inSoManyBlocks) {
    return random.nextInt(inSoManyBlocks) == 0;
  }
}
