package dev.holdfast.server.ledger.books;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class SlotTest {
  @Test
  void slotsThatShareAHashAreNotTheSame() {
    Slot slot = new Slot("Aa", 0);
    assertEquals(slot, new Slot("Aa", 0));
    for (Slot other : new Slot[] {new Slot("BB", 0), new Slot("Aa", 0x1_0000_0001L)}) {
      assertEquals(slot.hashCode(), other.hashCode());
      assertNotEquals(slot, other);
    }
  }
}
