package dev.holdfast.server.runtime.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.server.api.access.Role;
import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import dev.holdfast.server.runtime.security.files.ReloadedFiles;
import dev.holdfast.server.runtime.security.tokens.RepositoryGlob;
import dev.holdfast.server.runtime.security.tokens.TokenEntry;
import dev.holdfast.server.runtime.security.tokens.TokenSecret;
import dev.holdfast.server.runtime.security.tokens.TokensEditor;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which requests on the admin port are counted as denied. */
class AdminAccessTest {
  private static final String SECRET = "holdfast_secret";

  @TempDir private Path temp;
  private final AtomicInteger denied = new AtomicInteger();
  private AdminAccess access;

  @BeforeEach
  void readTokens() throws Exception {
    Path file = temp.resolve("tokens");
    new TokensEditor(file)
        .add(
            new TokenEntry(
                "a",
                Role.READER,
                List.of(RepositoryGlob.ALL),
                TokenSecret.hash(SECRET),
                Instant.EPOCH,
                null));
    Security security =
        Security.read(
            null,
            file,
            InstantSource.system(),
            new ReloadedFiles.Listener() {
              @Override
              public void reloaded(String subject) {}

              @Override
              public void failed(String subject, String why) {}
            });
    access = new AdminAccess(security, false, denied::incrementAndGet);
  }

  private static AdminRequest request(String path, Map<String, String> headers) {
    return new AdminRequest(
        "GET", path, Map.of(), headers, "", InetAddress.getLoopbackAddress(), List.of());
  }

  @Test
  void metricsWithoutAValidTokenAreCounted() {
    AdminHandler metrics = access.guardedMetrics(request -> AdminResponse.text(200, "metrics"));
    assertEquals(401, status(metrics, Map.of()));
    assertEquals(401, status(metrics, Map.of("authorization", "Bearer wrong")));
    assertEquals(2, denied.get());
    assertEquals(200, status(metrics, Map.of("authorization", "Bearer " + SECRET)));
    assertEquals(2, denied.get());
  }

  private static int status(AdminHandler metrics, Map<String, String> headers) {
    AdminResponse response = metrics.respond(request("/metrics", headers));
    assertNotNull(response);
    return response.status();
  }

  @Test
  void aWrongTokenForThePageIsCountedAndNoneIsNot() {
    assertNull(access.admit(request("/", Map.of())));
    assertEquals(0, denied.get());
    assertNull(access.admit(request("/", Map.of("authorization", "Bearer wrong"))));
    assertNull(access.admit(request("/", Map.of("cookie", AdminAccess.COOKIE + "=wrong"))));
    assertEquals(2, denied.get());
    assertNotNull(access.admit(request("/", Map.of("authorization", "Bearer " + SECRET))));
    assertEquals(2, denied.get());
  }
}
