package dev.holdfast.server.api;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class CallerWatchesTest {
  private final CallerWatches watches = new CallerWatches(2);

  private Runnable enter(String caller) {
    return Objects.requireNonNull(watches.enter(caller));
  }

  @Test
  void aCallerHasItsPlacesAndNoMore() {
    Runnable first = enter("a");
    enter("a");
    assertNull(watches.enter("a"));
    assertNull(watches.enter("a"));
    enter("b");
    first.run();
    first.run();
    enter("a");
    assertNull(watches.enter("a"));
  }

  @Test
  void unknownCallersAreNotCounted() {
    for (int i = 0; i < 10; i++) {
      assertNotNull(watches.enter(null));
    }
  }
}
