package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.v1.ErrorReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents lead to files and headings that exist, and explain every reason. */
class DocsTest {
  private static final Path ROOT = Objects.requireNonNull(Path.of("").toAbsolutePath().getParent());

  private static final Pattern FENCED = Pattern.compile("(?ms)^ *```.*?^ *```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
  private static final Pattern REASON = Pattern.compile("(?m)^### ([A-Z_]+)$");

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> examples = Files.walk(ROOT.resolve("examples"), 2)) {
      Stream.of(top, docs, examples)
          .flatMap(files -> files)
          .filter(file -> file.toString().endsWith(".md"))
          .forEach(documents::add);
    }
    return documents;
  }

  private static String prose(Path document) throws IOException {
    return FENCED.matcher(Files.readString(document)).replaceAll("");
  }

  private static Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult result) -> result.group(1));
  }

  /** Returns the anchors of a document as GitHub makes them from its headings. */
  private static Set<String> anchors(Path document) throws IOException {
    return found(HEADING, prose(document))
        .map(
            heading ->
                heading
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  /** Returns why a link of a document leads nowhere, or an empty string. */
  private static String problem(Path document, String link) throws IOException {
    if (link.matches("[a-z]+:.*")) {
      return "";
    }
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? document : document.resolveSibling(file).normalize();
    String where = ROOT.relativize(document) + ": " + link;
    if (!Files.exists(target)) {
      return where + ": no such file";
    }
    if (hash >= 0 && !anchors(target).contains(link.substring(hash + 1))) {
      return where + ": no such heading";
    }
    return "";
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() throws IOException {
    List<String> problems = new ArrayList<>();
    int links = 0;
    for (Path document : documents()) {
      for (String link : found(LINK, prose(document)).toList()) {
        links++;
        problems.add(problem(document, link));
      }
    }
    problems.removeIf(String::isEmpty);
    assertEquals("", String.join("\n", problems));
    assertTrue(links > 50, links + " links");
  }

  @Test
  void theIndexListsEveryPageForOperators() throws IOException {
    Path operating = ROOT.resolve("docs/operating");
    Path index = operating.resolve("index.md");
    Set<String> listed =
        found(LINK, prose(index))
            .filter(link -> !link.contains("/"))
            .collect(Collectors.toCollection(TreeSet::new));
    try (Stream<Path> pages = Files.list(operating)) {
      Set<String> written =
          pages
              .filter(page -> !page.equals(index))
              .map(page -> operating.relativize(page).toString())
              .filter(page -> page.endsWith(".md"))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(written, listed);
    }
  }

  @Test
  void troubleshootingExplainsEveryReasonOfTheContract() throws IOException {
    List<String> reasons =
        Arrays.stream(ErrorReason.values())
            .filter(reason -> reason != ErrorReason.UNRECOGNIZED)
            .filter(reason -> reason != ErrorReason.ERROR_REASON_UNSPECIFIED)
            .map(reason -> reason.name().replace("ERROR_REASON_", ""))
            .toList();
    Path page = ROOT.resolve("docs/operating/troubleshooting.md");
    assertEquals(reasons, found(REASON, Files.readString(page)).toList());
  }
}
