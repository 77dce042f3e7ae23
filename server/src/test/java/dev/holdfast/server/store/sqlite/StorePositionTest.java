package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests the comparison of positions where the sum of the versions wraps around. */
class StorePositionTest {
  private static final long RANGE = 1L << 40;

  private static StorePosition versions(long versions) {
    return new StorePosition(new UUID(1, 2), 7, versions, 0, 9);
  }

  @Test
  void countsTheVersionsThatAreMissing() {
    assertEquals(3, versions(10).versionsBehind(versions(13)));
    assertTrue(versions(10).isBehind(versions(13)));
    assertEquals(0, versions(13).versionsBehind(versions(10)));
    assertFalse(versions(13).isBehind(versions(10)));
    assertFalse(versions(13).isBehind(versions(13)));
  }

  @Test
  void aSumThatWrappedAroundIsAhead() {
    assertFalse(versions(RANGE + 2).isBehind(versions(RANGE - 1)));
    assertFalse(versions(2).isBehind(versions(RANGE - 1)));
    assertEquals(3, versions(RANGE - 1).versionsBehind(versions(2)));
    assertEquals(3, versions(3 * RANGE - 1).versionsBehind(versions(2)));
  }
}
