package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.internal.ids.OperationIds;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OperationIdsTest {
  @Test
  void idsAreOfVersion7AndDiffer() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String id = OperationIds.next();
      assertVersion7(id);
      ids.add(id);
    }
    assertEquals(10_000, ids.size());
  }

  @Test
  void theTimeComesFirst() {
    long before = System.currentTimeMillis();
    long inId = UUID.fromString(OperationIds.next()).getMostSignificantBits() >>> 16;
    assertTrue(before <= inId && inId <= System.currentTimeMillis());
  }

  static void assertVersion7(String id) {
    UUID uuid = UUID.fromString(id);
    assertEquals(id, uuid.toString());
    assertEquals(7, uuid.version());
    assertEquals(2, uuid.variant());
  }
}
