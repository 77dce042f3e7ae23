package dev.holdfast.server.store.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotKeysTest {
  private static final String ZEROS = "0".repeat(64);
  private static final String EFFS = "f".repeat(64);

  /** Ids that lie as near to hashes, and to each other, as ids can. */
  private static List<String> ids() {
    List<String> ids =
        new ArrayList<>(
            List.of(
                "!", "/", "0", "0x", "0x!", "0x0", "0x/", "0xf", "0xg", "0xF", "0y", "1", "r",
                "~"));
    List<String> hashes =
        List.of(
            "0x" + ZEROS,
            "0x" + EFFS,
            "0x12" + "0".repeat(62),
            "0x11" + EFFS.substring(2),
            "0x129" + EFFS.substring(3),
            "0x12a" + ZEROS.substring(3));
    for (String hash : hashes) {
      ids.add(hash);
      ids.add(hash + "!");
      ids.add(hash + "0");
      ids.add(hash + "~");
      ids.add(hash.substring(0, 65));
      ids.add(hash.substring(0, 65) + "/");
      ids.add(hash.substring(0, 65) + "G");
      ids.add(hash.substring(0, 65) + "z");
    }
    ids.addAll(List.of("0x12", "0x12/", "0x12G", "0x12:", "0x12`", "0x12g", "0x0000-", "0xffff~"));
    Random random = Seed.random();
    for (int i = 0; i < 300; i++) {
      StringBuilder id = new StringBuilder("0x");
      int length = random.nextInt(60, 68);
      String alphabet = random.nextBoolean() ? "0123456789abcdef" : "09af/:`gG~";
      while (id.length() < length) {
        id.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      ids.add(id.toString());
    }
    return ids;
  }

  private static List<Slot> slots() {
    List<Slot> slots = new ArrayList<>();
    for (String id : ids()) {
      for (long index : new long[] {0, 1, 255, 256, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
        slots.add(new Slot(id, index));
      }
    }
    return slots;
  }

  @Test
  void comesBackAsItWas() {
    for (Slot slot : slots()) {
      assertEquals(slot, SlotKeys.decode(SlotKeys.encode(slot)));
    }
  }

  @Test
  void keysSortAsSlotsDo() {
    List<Slot> slots = slots();
    List<Slot> bySlot = slots.stream().distinct().sorted().toList();
    List<Slot> byKey =
        slots.stream()
            .distinct()
            .map(SlotKeys::encode)
            .sorted(Arrays::compareUnsigned)
            .map(SlotKeys::decode)
            .toList();
    assertEquals(bySlot, byKey);
  }

  @Test
  void theKeysOfARequestAreARange() {
    List<Slot> slots = slots();
    for (String id : ids()) {
      byte[] from = SlotKeys.encodeRequest(id);
      byte[] to = SlotKeys.afterRequest(id);
      for (Slot slot : slots) {
        byte[] key = SlotKeys.encode(slot);
        boolean inside =
            Arrays.compareUnsigned(key, from) > 0 && Arrays.compareUnsigned(key, to) < 0;
        assertEquals(slot.requestId().equals(id), inside, () -> slot + " in the range of " + id);
      }
    }
  }

  @Test
  void aHashTakesHalfTheRoom() {
    byte[] key = SlotKeys.encode(new Slot("0x" + "ab".repeat(32), 0));
    assertEquals(35, key.length);
    assertArrayEquals(new byte[] {1, (byte) 0xab}, Arrays.copyOf(key, 2));
    assertTrue(SlotKeys.encode(new Slot("0x" + "ab".repeat(32), 7)).length == 36);
  }
}
