package dev.holdfast.it.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.postgresql.TestPostgres;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database that cannot be used ends {@code serve} with a sentence, never with the password. */
class StoreUrlTest {
  private static final String PASSWORD = "open-sesame-4711";
  private static String url = "";

  @TempDir private Path temp = Path.of("");

  /** Makes a role that needs a password; the others of this PostgreSQL need none. */
  @BeforeAll
  static void guard() throws Exception {
    url = TestPostgres.newDatabase();
    String name = url.substring(url.lastIndexOf('/') + 1);
    TestPostgres.execute(url, "CREATE ROLE guarded LOGIN PASSWORD '" + PASSWORD + "'");
    TestPostgres.execute(url, "CREATE ROLE powerless LOGIN");
    TestPostgres.execute(url, "ALTER DATABASE " + name + " OWNER TO guarded");
    Path rules = Path.of(TestPostgres.text(url, "SHOW hba_file"));
    String before = Files.readString(rules);
    Files.writeString(rules, "host all guarded 127.0.0.1/32 scram-sha-256\n" + before);
    TestPostgres.execute(url, "SELECT pg_reload_conf()");
  }

  private static String as(String user) {
    return url.replace("postgres@", user + "@");
  }

  private static void assertRefused(ProgramResult refused, String... parts) {
    assertFailed(2, refused, parts);
  }

  private static void assertFailed(int exit, ProgramResult refused, String... parts) {
    assertEquals(exit, refused.exit(), refused.err());
    assertEquals("", refused.out());
    for (String part : parts) {
      assertTrue(refused.err().contains(part), part + " is not in: " + refused.err());
    }
    assertFalse(refused.err().contains("sesame"), refused.err());
    assertFalse(refused.err().contains("\tat "), refused.err());
  }

  private static ProgramResult serve(String store) throws Exception {
    return Program.holdfast()
        .run("serve", "--listen", "127.0.0.1:0", "--admin-listen", "off", "--store", store);
  }

  @Test
  void thePasswordMustBeRight() throws Exception {
    assertRefused(
        serve(as("guarded:" + PASSWORD + "x")), "cannot use the database", "correct the password");
    assertRefused(serve(as("guarded")), "cannot use the database", "password");
    ProgramResult ofVariable =
        Program.holdfast()
            .withEnvironment(Map.of("PGPASSWORD", PASSWORD + "x"))
            .run("serve", "--listen", "127.0.0.1:0", "--store", as("guarded"));
    assertRefused(ofVariable, "correct the password");
    try (ServerProcess server =
        Program.holdfast()
            .withEnvironment(Map.of("PGPASSWORD", PASSWORD))
            .serve(temp.resolve("server"), "--store", as("guarded"))) {
      assertEquals(0, server.terminate());
      assertFalse(server.log().contains("sesame"), server.log());
    }
  }

  @Test
  void theDatabaseMustExist() throws Exception {
    assertRefused(
        serve(url + "missing"), "cannot use the database", "missing", "create the database");
  }

  /** It may be there at the next try, so the exit code is one after which systemd tries again. */
  @Test
  void theHostMustBeThere() throws Exception {
    assertFailed(
        1,
        serve("postgresql://guarded:" + PASSWORD + "@127.0.0.1:1/holdfast"),
        "cannot use the database postgresql://guarded@127.0.0.1:1/holdfast");
  }

  @Test
  void theUrlMustBeOne() throws Exception {
    assertRefused(
        serve("mysql://guarded:" + PASSWORD + "@127.0.0.1/holdfast"),
        "--store",
        "write postgresql://USER@HOST:PORT/DATABASE");
    assertRefused(
        serve("postgresql://guarded:" + PASSWORD + "/@127.0.0.1/holdfast"), "--store", "%2F");
    assertRefused(
        serve("postgresql://guarded:" + PASSWORD + "@127.0.0.1/holdfast?ssl_mode=off"),
        "--store",
        "unknown parameter ssl_mode");
  }

  @Test
  void theRoleMustHaveTheRights() throws Exception {
    assertRefused(serve(as("powerless")), "may not create tables", "GRANT CREATE");
  }

  @Test
  void theServerMustOfferTheTlsThatTheUrlWants() throws Exception {
    assertRefused(serve(url + "?sslmode=require"), "cannot use the database", "SSL");
  }
}
