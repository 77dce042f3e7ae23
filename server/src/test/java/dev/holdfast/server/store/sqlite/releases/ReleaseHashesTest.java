package dev.holdfast.server.store.sqlite.releases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.codec.SlotKeys;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReleaseHashesTest {
  private static final long FIRST = 0x0706050403020100L;
  private static final long SECOND = 0x0f0e0d0c0b0a0908L;

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }

  /** The numbers of the paper's reference implementation; they are on the disk too. */
  @Test
  void theyAreThoseOfSipHash() {
    assertEquals(0x726fdb47dd0e0e31L, ReleaseHashes.sipHash(FIRST, SECOND, bytes(0)));
    assertEquals(0x93f5f5799a932462L, ReleaseHashes.sipHash(FIRST, SECOND, bytes(8)));
    assertEquals(0xa129ca6149be45e5L, ReleaseHashes.sipHash(FIRST, SECOND, bytes(15)));
  }

  @Test
  void aSlotAloneSharesNoHashWithASlotAndSomethingMoreEvenWhereHashesAreShort() {
    ReleaseHashes hashes = new ReleaseHashes(FIRST, SECOND, 1);
    Set<Long> ofSlots = new HashSet<>();
    Set<Long> others = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      Slot slot = new Slot("request", i);
      assertEquals(hashes.ofSlot(1, slot), hashes.ofSlot(1, SlotKeys.encode(slot)));
      ofSlots.add(hashes.ofSlot(1, slot));
      others.add(hashes.ofGeneration(1, slot, i));
      others.add(hashes.ofOperation(1, slot, "op"));
    }
    assertEquals(2, ofSlots.size());
    assertEquals(2, others.size());
    others.retainAll(ofSlots);
    assertEquals(Set.of(), others);
  }

  @Test
  void everythingThatIsHashedCounts() {
    ReleaseHashes hashes = new ReleaseHashes(FIRST, SECOND, Long.SIZE);
    Slot slot = new Slot("request", 1);
    long hash = hashes.ofOperation(1, slot, "op");
    assertNotEquals(hash, hashes.ofOperation(2, slot, "op"));
    assertNotEquals(hash, hashes.ofOperation(1, slot, "oq"));
    assertNotEquals(hash, hashes.ofOperation(1, new Slot("request", 2), "op"));
    assertNotEquals(hash, new ReleaseHashes(FIRST, 0, Long.SIZE).ofOperation(1, slot, "op"));
    assertNotEquals(hashes.ofGeneration(1, slot, 1), hashes.ofGeneration(1, slot, 2));
  }
}
