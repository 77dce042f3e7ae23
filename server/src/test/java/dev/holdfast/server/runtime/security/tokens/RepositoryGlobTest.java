package dev.holdfast.server.runtime.security.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Seed;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryGlobTest {
  @ParameterizedTest
  @CsvSource({
    "*, default, true",
    "eu-*, eu-1, true",
    "eu-*, eu-, true",
    "eu-*, eu, false",
    "eu-*, us-eu-1, false",
    "*-1, eu-1, true",
    "*-1, eu-11, false",
    "e?-*, eu-x, true",
    "e?-*, e-x, false",
    "default, default, true",
    "default, default2, false",
    "a*b*c, axxbxxc, true",
    "a*b*c, axxcxxb, false",
    "a.b, axb, false"
  })
  void aPatternMatches(String pattern, String id, boolean matches) {
    assertEquals(matches, new RepositoryGlob(pattern).matches(id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "EU-*", "[a]", "a b", "a,b", "a/b", "-a"})
  void aPatternThatNoIdCouldMatchIsRefused(String pattern) {
    assertThrows(IllegalArgumentException.class, () -> new RepositoryGlob(pattern));
  }

  @Test
  void itMatchesAsARegularExpressionDoes() {
    Random random = Seed.random();
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, "ab*?", 1 + random.nextInt(8));
      String id = text(random, "ab", random.nextInt(10));
      String expression = pattern.replace("?", ".").replace("*", ".*");
      assertEquals(
          Pattern.matches(expression, id),
          new RepositoryGlob(pattern).matches(id),
          pattern + " of " + id);
    }
  }

  @Test
  void aHostilePatternIsQuick() {
    RepositoryGlob glob = new RepositoryGlob("a*".repeat(31) + "b");
    assertFalse(glob.matches("a".repeat(63)));
    assertTrue(glob.matches("a".repeat(62) + "b"));
  }

  private static String text(Random random, String letters, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
