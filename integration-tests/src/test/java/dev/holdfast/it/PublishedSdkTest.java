package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * The SDK as its users get it: a project that knows only Maven Central and a repository with what
 * this build packaged compiles against the SDK and runs. {@code -Dholdfast.published=DIR} takes the
 * repository that {@code mvn deploy} filled, and checks that nothing else was deployed.
 */
class PublishedSdkTest {
  private static final String NEWER_PROTOBUF = "4.36.2";
  private static final long LIMIT_MINUTES = 10;

  /** The modules that are published, by artifact. */
  private static final Map<String, Path> MODULES =
      Map.of(
          "holdfast-proto", Path.of("../proto"),
          "holdfast-client", Path.of("../client-sdk"));

  private static final List<String> ENDINGS = List.of(".jar", "-sources.jar", "-javadoc.jar");

  @TempDir private Path temp;

  @Test
  void aProjectOfItsOwnBuildsWithWhatIsPublishedAndRuns() throws Exception {
    String version = text(parse(Path.of("../pom.xml")).getDocumentElement(), "version");
    String deployed = System.getProperty("holdfast.published");
    Path published = deployed == null ? publish(version) : Path.of(deployed);
    assertPublished(published);

    Path project = temp.resolve("project");
    copyTree(Path.of(PublishedSdkTest.class.getResource("/standalone-project").toURI()), project);
    String protobuf = versionOfProtobuf(published);
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"))) {
      List<String> words =
          List.of(
              "compiler:compile",
              "org.codehaus.mojo:exec-maven-plugin:java",
              "-Dmaven.repo.local=" + temp.resolve("local"),
              "-Dpublished.url=" + published.toUri(),
              "-Dholdfast.version=" + version);
      assertEnds(
          "done with protobuf-java-" + protobuf + ".jar",
          mvn(project, words, "-Dexec.args=" + server.target() + " as-published"));
      assertEnds(
          "done with protobuf-java-" + NEWER_PROTOBUF + ".jar",
          mvn(
              project,
              words,
              "-Dexec.args=" + server.target() + " newer-protobuf",
              "-Dprotobuf.version=" + NEWER_PROTOBUF));
    }
  }

  private static void assertPublished(Path published) throws Exception {
    assertEquals(MODULES.keySet(), names(published.resolve("dev/holdfast")));
    for (String artifact : MODULES.keySet()) {
      for (String ending : ENDINGS) {
        assertTrue(Files.size(file(published, artifact, ending)) > 0);
      }
      String pom = Files.readString(file(published, artifact, ".pom"));
      assertTrue(!pom.contains("holdfast-server"), pom);
      Element project = parse(file(published, artifact, ".pom")).getDocumentElement();
      for (String unwanted :
          List.of("parent", "modules", "build", "dependencyManagement", "repositories")) {
        assertTrue(child(project, unwanted).isEmpty(), pom);
      }
      for (String wanted : List.of("name", "description", "url", "licenses")) {
        assertTrue(!child(project, wanted).isEmpty(), pom);
      }
    }
    assertEquals(
        Set.of(
            "dev.holdfast:holdfast-proto:compile",
            "io.grpc:grpc-netty-shaded:runtime",
            "org.jspecify:jspecify:compile"),
        dependencies(file(published, "holdfast-client", ".pom")));
    assertEquals(
        Set.of(
            "com.google.api.grpc:proto-google-common-protos:compile",
            "com.google.protobuf:protobuf-java:compile",
            "io.grpc:grpc-protobuf:compile",
            "io.grpc:grpc-stub:compile"),
        dependencies(file(published, "holdfast-proto", ".pom")));
  }

  private static Set<String> dependencies(Path pom) throws Exception {
    Set<String> found = new TreeSet<>();
    for (Element dependency : dependencyElements(pom)) {
      assertTrue(text(dependency, "version").matches("\\d[\\w.-]*"), Files.readString(pom));
      String scope = child(dependency, "scope").isEmpty() ? "compile" : text(dependency, "scope");
      found.add(text(dependency, "groupId") + ":" + text(dependency, "artifactId") + ":" + scope);
    }
    return found;
  }

  private static String versionOfProtobuf(Path published) throws Exception {
    for (Element dependency : dependencyElements(file(published, "holdfast-proto", ".pom"))) {
      if (text(dependency, "artifactId").equals("protobuf-java")) {
        return text(dependency, "version");
      }
    }
    throw new AssertionError("holdfast-proto does not depend on protobuf-java");
  }

  private static List<Element> dependencyElements(Path pom) throws Exception {
    Element project = parse(pom).getDocumentElement();
    return child(child(project, "dependencies").get(0), "dependency");
  }

  /** The one file of an artifact that ends so, whatever time its version names. */
  private static Path file(Path published, String artifact, String ending) throws IOException {
    Path root = published.resolve("dev/holdfast").resolve(artifact);
    try (Stream<Path> files = Files.walk(root)) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().endsWith(ending))
              .filter(
                  file ->
                      !ending.equals(".jar")
                          || !file.toString().matches(".*-(sources|javadoc)\\.jar"))
              .toList();
      assertEquals(1, found.size(), artifact + ending + ": " + found);
      return found.get(0);
    }
  }

  /** Puts what this build packaged into a repository, as a deployment does. */
  private Path publish(String version) throws IOException {
    Path published = temp.resolve("published");
    for (Map.Entry<String, Path> module : MODULES.entrySet()) {
      String artifact = module.getKey();
      Path to = published.resolve("dev/holdfast").resolve(artifact).resolve(version);
      Files.createDirectories(to);
      String name = artifact + "-" + version;
      for (String ending : ENDINGS) {
        Files.copy(module.getValue().resolve("target/" + name + ending), to.resolve(name + ending));
      }
      Files.copy(module.getValue().resolve(".flattened-pom.xml"), to.resolve(name + ".pom"));
    }
    return published;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, to.resolve(from.relativize(file).toString()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  private String mvn(Path directory, List<String> words, String... more) throws Exception {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return mvn(directory, all.toArray(String[]::new));
  }

  /** Runs Maven to its end and answers what it wrote. */
  private String mvn(Path directory, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("mvn", "-B", "-q"));
    command.addAll(List.of(words));
    Path output = Files.createTempFile(temp, "mvn", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertTrue(process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES), "Maven does not end");
    } finally {
      process.destroyForcibly();
    }
    String written = Files.readString(output, UTF_8);
    assertEquals(0, process.exitValue(), written);
    return written;
  }

  private static void assertEnds(String line, String written) {
    // Maven may put the codes of colours before it.
    assertTrue(written.lines().anyMatch(each -> each.endsWith(line)), written);
  }

  private static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }

  private static Document parse(Path xml) throws Exception {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml.toFile());
  }

  private static String text(Element parent, String name) {
    return child(parent, name).get(0).getTextContent().strip();
  }

  private static List<Element> child(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    NodeList children = parent.getChildNodes();
    for (int i = 0; i < children.getLength(); i++) {
      Node node = children.item(i);
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
