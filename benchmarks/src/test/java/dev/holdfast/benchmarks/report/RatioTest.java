package dev.holdfast.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTest {
  @Test
  void isTheMedianWithItsSpread() {
    assertEquals(new Ratio(2, 1, 9), Ratio.of(List.of(9.0, 1.0, 2.0)));
    assertEquals(new Ratio(3, 1, 9), Ratio.of(List.of(9.0, 1.0, 2.0, 4.0)));
    assertEquals(new Ratio(5, 5, 5), Ratio.of(List.of(5.0)));
  }
}
