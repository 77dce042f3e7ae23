package dev.holdfast.server.runtime.page.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.server.flags.SizeText;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlTest {
  @Test
  void textIsEscapedAndHtmlIsNot() {
    Html inner = Html.of("<b>{}</b>", "<&>");
    assertEquals(
        "<p title=\"&quot;&#39;\"><b>&lt;&amp;&gt;</b><b>&lt;&amp;&gt;</b> 1</p>",
        Html.of("<p title=\"{}\">{} {}</p>", "\"'", List.of(inner, inner), 1).source());
  }

  @Test
  void aValueWithAPlaceIsText() {
    assertEquals("{} b", Html.of("{} {}", "{}", "b").source());
  }

  @Test
  void placesAndValuesBelongTogether() {
    assertThrows(IllegalArgumentException.class, () -> Html.of("{}"));
    assertThrows(IllegalArgumentException.class, () -> Html.of("{}", "a", "b"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.00 KiB",
    "1048064, 1.00 MiB",
    "104857600, 100 MiB",
    "1649267441664, 1.50 TiB",
    "9223372036854775807, 8.00 EiB"
  })
  void sizes(long bytes, String text) {
    assertEquals(text, SizeText.of(bytes));
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0 s", "PT59S, 59 s", "PT61S, 1 min", "PT25H, 1 d"})
  void durations(Duration duration, String text) {
    assertEquals(text, Format.durationText(duration));
  }

  @Test
  void parametersAreEncodedAndEmptyOnesLeftOut() {
    assertEquals("?a=%2F..%26%22", Links.query("a", "/..&\"", "b", ""));
    assertEquals("", Links.query("a", ""));
  }
}
