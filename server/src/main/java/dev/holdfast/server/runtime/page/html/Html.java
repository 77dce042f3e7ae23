package dev.holdfast.server.runtime.page.html;

import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;

/** A piece of HTML. The only way to put text into it is a template that escapes the text. */
public final class Html {
  public static final Html EMPTY = new Html("");

  private static final String PLACE = "{}";

  private final String source;

  private Html(String source) {
    this.source = source;
  }

  /** Returns the HTML. */
  public String source() {
    return source;
  }

  /**
   * Returns a template with its places filled.
   *
   * @param template HTML that is a constant, in which each {@code {}} is a place: between tags, or
   *     in an attribute with double quotes
   * @param values the value of each place. {@link Html} and collections of it are inserted as they
   *     are; anything else is escaped
   * @throws IllegalArgumentException if there are more or fewer values than places
   */
  public static Html of(String template, Object... values) {
    StringBuilder html = new StringBuilder(template.length() + 64);
    int from = 0;
    for (Object value : values) {
      int place = template.indexOf(PLACE, from);
      if (place < 0) {
        throw new IllegalArgumentException("no place for " + Arrays.toString(values));
      }
      html.append(template, from, place);
      append(html, value);
      from = place + PLACE.length();
    }
    if (template.indexOf(PLACE, from) >= 0) {
      throw new IllegalArgumentException("a place is empty: " + template);
    }
    return new Html(html.append(template, from, template.length()).toString());
  }

  private static void append(StringBuilder html, Object value) {
    if (value instanceof Html part) {
      html.append(part.source());
    } else if (value instanceof Collection<?> parts) {
      parts.forEach(part -> append(html, Objects.requireNonNull(part)));
    } else {
      escape(html, value.toString());
    }
  }

  private static void escape(StringBuilder html, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
  }
}
