package dev.holdfast.it.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the login of a server with tokens, and that a viewer sees only what the token reaches. */
class LoginTest {
  @TempDir private Path directory;

  private String token(String name, String... more) throws Exception {
    String[] words = new String[7 + more.length];
    String[] first = {
      "token",
      "--tokens-file",
      directory.resolve("tokens").toString(),
      "--name",
      name,
      "--role",
      "reader"
    };
    System.arraycopy(first, 0, words, 0, 7);
    System.arraycopy(more, 0, words, 7, more.length);
    ProgramResult result = Program.holdfast().run(words);
    assertEquals(0, result.exit(), result.err());
    return result.out().strip();
  }

  @Test
  void aTokenOpensWhatItReaches() throws Exception {
    String all = token("anna");
    String few = token("ben", "--repository", "other*");
    try (ServerProcess server =
        ServerProcess.start(
            directory.resolve("data"),
            "--admin-listen",
            "127.0.0.1:0",
            "--capacity",
            "1GiB",
            "--tokens-file",
            directory.resolve("tokens").toString())) {
      Browser browser = new Browser(server.adminPort());
      for (String link : new String[] {"/", "/repositories/default", "/repositories/none"}) {
        HttpResponse<String> refused = browser.get(link);
        assertEquals(303, refused.statusCode());
        assertEquals("/login", refused.headers().firstValue("Location").orElse(""));
        assertEquals("", refused.body());
      }
      assertEquals(200, browser.get("/login").statusCode());
      for (String wrong : new String[] {"", "token=", "token=" + all + "x", "token=%ZZ"}) {
        HttpResponse<String> refused = browser.post("/login", wrong);
        assertEquals(401, refused.statusCode(), wrong);
        assertTrue(refused.headers().firstValue("Set-Cookie").isEmpty());
        assertFalse(refused.body().contains(all), refused.body());
      }
      String metrics = browser.get("/metrics").body();
      assertTrue(
          metrics.contains("\nholdfast_refusals_total{reason=\"UNAUTHENTICATED\"} 4"), metrics);
      assertTrue(
          server.log().contains("denied a login to 127.0.0.1: no valid token"), server.log());
      assertEquals(2, server.log().split("denied a login", -1).length, "one line a minute");

      HttpResponse<String> anna = browser.post("/login", "token=" + all);
      assertEquals(303, anna.statusCode());
      String cookie = anna.headers().firstValue("Set-Cookie").orElse("");
      assertEquals("holdfast_session=" + all + "; Path=/; HttpOnly; SameSite=Strict", cookie);
      String page = browser.get("/").body();
      assertTrue(page.contains("/repositories/default") && page.contains("anna"), page);
      assertFalse(page.contains(all), "no page shows the token");
      HttpResponse<String> left = browser.post("/logout", "");
      assertTrue(left.headers().firstValue("Set-Cookie").orElse("").contains("Max-Age=0"));
      assertEquals(303, browser.get("/").statusCode());

      Browser ben = new Browser(server.adminPort());
      assertEquals(303, ben.post("/login", "token=" + few).statusCode());
      assertFalse(ben.get("/").body().contains("default"), "what ben does not reach is not listed");
      HttpResponse<String> forbidden = ben.get("/repositories/default");
      // Of the names that ben's token reaches, so that only its absence refuses it.
      HttpResponse<String> missing = ben.get("/repositories/other-missing");
      assertEquals(404, missing.statusCode());
      assertEquals(404, forbidden.statusCode());
      assertEquals(missing.body(), forbidden.body());
      assertFalse(server.log().contains(all), "no log shows the token");
    }
  }
}
