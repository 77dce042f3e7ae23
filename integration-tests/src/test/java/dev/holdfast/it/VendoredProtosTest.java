package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The files in proto/third_party are those of the jar that the Java classes come from. */
class VendoredProtosTest {
  private static final Path ROOT = Path.of("../proto/third_party");

  @Test
  void areThoseOnTheClassPath() throws Exception {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".proto")).toList()) {
        String name = ROOT.relativize(file).toString();
        names.add(name);
        try (InputStream original = getClass().getClassLoader().getResourceAsStream(name)) {
          assertNotNull(original, name);
          assertEquals(
              new String(original.readAllBytes(), StandardCharsets.UTF_8),
              Files.readString(file),
              name);
        }
      }
    }
    assertEquals(
        List.of("google/rpc/error_details.proto", "google/rpc/status.proto"),
        names.stream().sorted().toList());
  }
}
