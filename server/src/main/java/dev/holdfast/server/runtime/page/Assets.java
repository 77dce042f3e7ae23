package dev.holdfast.server.runtime.page;

import dev.holdfast.server.runtime.admin.AdminResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The files of the page: style, script and icon. Anybody may have them. */
final class Assets {
  private final Map<String, AdminResponse> files =
      Map.of(
          "/assets/page.css", read("page.css", "text/css; charset=utf-8"),
          "/assets/page.js", read("page.js", "text/javascript; charset=utf-8"),
          "/assets/icon.svg", read("icon.svg", "image/svg+xml"));

  /** Returns a file; null if there is none with this path. */
  @Nullable AdminResponse file(String path) {
    return files.get(path);
  }

  private static AdminResponse read(String name, String contentType) {
    try (InputStream in = Objects.requireNonNull(Assets.class.getResourceAsStream(name), name)) {
      return Responses.asset(contentType, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
