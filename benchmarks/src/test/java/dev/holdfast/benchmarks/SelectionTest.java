package dev.holdfast.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.benchmarks.report.Target;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private static List<Target> targets(String... parts) {
    Selection selection = Selection.of(List.of(parts));
    return Arrays.stream(Target.values()).filter(selection::has).toList();
  }

  @Test
  void namesTargetsWholeOrTheirHead() {
    assertEquals(List.of(Target.T1_64, Target.T1_256), targets("T1"));
    assertEquals(List.of(Target.T1_256, Target.T4), targets("T1_256", "T4"));
    assertEquals(List.of(Target.T7, Target.T7_two_own, Target.T7_two_shared), targets("T7"));
    assertEquals(
        List.of(
            Target.T10_reconcile,
            Target.T10_end_request,
            Target.T10_verify,
            Target.T10_backup,
            Target.T10_watch),
        targets("T10"));
    assertEquals(List.of(), targets("load"));
  }

  @Test
  void noneMeansAll() {
    Selection all = Selection.of(List.of());
    assertEquals(List.of(Target.values()), targets());
    assertTrue(all.hasGrowth() && all.has(Selection.LOAD) && all.has(Selection.SOAK));
  }

  @Test
  void growthAndT5AreTheSame() {
    assertTrue(Selection.of(List.of("growth")).hasGrowth());
    assertTrue(Selection.of(List.of("T5")).hasGrowth());
    assertFalse(Selection.of(List.of("T4")).hasGrowth());
  }

  @Test
  void refusesWhatThereIsNot() {
    for (String part : List.of("T9", "T1_6", "grow", "")) {
      assertThrows(IllegalArgumentException.class, () -> Selection.of(List.of(part)), part);
    }
  }
}
