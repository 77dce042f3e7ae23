package dev.holdfast.server.api.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.server.ledger.rules.Rejection;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A token is good for its own question as it was given out, and in no other spelling. */
class PageTokensTest {
  private static final String QUESTION = PageTokens.queryKey("List", "a", null, 7);

  /** Short and long, of every length that Base64 pads differently, and beyond ASCII. */
  private static final List<String> POSITIONS =
      List.of("0", "17", "abc", "1234", "7 0xabcdef", "käse", "\ud83d\ude00", "k".repeat(512));

  @Test
  void givesBackThePosition() {
    for (String position : POSITIONS) {
      assertEquals(position, decode(PageTokens.encode(QUESTION, position)));
    }
    assertNull(PageTokens.decode(new RequestValidator(), QUESTION, "", position -> position));
  }

  @Test
  void isRefusedWhereOneCharacterIsAnother() {
    for (String position : POSITIONS) {
      String token = PageTokens.encode(QUESTION, position);
      for (int i = 0; i < token.length(); i++) {
        for (char c = ' '; c <= '~'; c++) {
          if (c != token.charAt(i)) {
            refused(token.substring(0, i) + c + token.substring(i + 1));
          }
        }
      }
    }
  }

  @Test
  void isRefusedCutOrDoubledOrPadded() {
    for (String position : POSITIONS) {
      String token = PageTokens.encode(QUESTION, position);
      for (int length = 1; length < token.length(); length++) {
        refused(token.substring(0, length));
        refused(token.substring(length));
      }
      for (String behind : List.of(token, "A", "AA", "AAAA", "=", "==", " ", "\n", "%", "ä")) {
        refused(token + behind);
        refused(behind + token);
      }
    }
  }

  @Test
  void isRefusedWhereItIsMadeUp() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("made-up page tokens: holdfast.seed=" + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(40)];
      random.nextBytes(bytes);
      refused(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
  }

  @Test
  void isRefusedWithAnotherQuestion() {
    String token = PageTokens.encode(QUESTION, "17");
    for (String other :
        List.of(
            PageTokens.queryKey("List", "a", null, 8),
            PageTokens.queryKey("List", "a", "null", 7),
            PageTokens.queryKey("List", "a", "-", 7),
            PageTokens.queryKey("List", "a", null, "7 "),
            PageTokens.queryKey("List", "a 1:-", 7))) {
      assertNotEquals(QUESTION, other);
      refused(other, token);
    }
  }

  @Test
  void isRefusedWhereThePositionIsNone() {
    RequestValidator validator = new RequestValidator();
    assertNull(
        PageTokens.decode(validator, QUESTION, PageTokens.encode(QUESTION, "x"), Long::valueOf));
    refusedOnlyTheToken(validator, "x");
    refused(PageTokens.encode(QUESTION, ""));
  }

  private static @Nullable String decode(String token) {
    RequestValidator validator = new RequestValidator();
    String position = PageTokens.decode(validator, QUESTION, token, text -> text);
    assertNull(validator.rejection(""));
    return position;
  }

  private static void refused(String token) {
    refused(QUESTION, token);
  }

  private static void refused(String question, String token) {
    RequestValidator validator = new RequestValidator();
    assertNull(PageTokens.decode(validator, question, token, position -> position), token);
    refusedOnlyTheToken(validator, token);
  }

  private static void refusedOnlyTheToken(RequestValidator validator, String token) {
    Rejection rejection = validator.rejection("");
    assertNotNull(rejection, token);
    assertEquals(Map.of("field", "page_token"), rejection.facts(), token);
    assertEquals(1, rejection.violations().size(), token);
  }
}
