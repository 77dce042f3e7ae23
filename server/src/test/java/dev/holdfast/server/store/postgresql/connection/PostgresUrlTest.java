package dev.holdfast.server.store.postgresql.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The address of a database is spelled as for libpq. */
class PostgresUrlTest {
  private static PostgresUrl parse(String url) {
    return PostgresUrl.parse(url, Map.of());
  }

  @Test
  void everyPartIsTakenFromTheAddress() {
    PostgresUrl url =
        parse("postgresql://me:p%40ss%2F1@db1:6000,db2,[::1]:7/ho%20ld?sslmode=verify-full");
    assertEquals("me", url.user());
    assertEquals("p@ss/1", url.password());
    assertEquals(List.of("db1:6000", "db2:5432", "[::1]:7"), url.hosts());
    assertEquals("ho ld", url.database());
    assertEquals(Map.of("sslmode", "verify-full"), url.parameters());
    assertEquals("jdbc:postgresql://db1:6000,db2:5432,[::1]:7/ho%20ld", url.jdbcUrl());
    assertEquals("postgresql://me@db1:6000,db2:5432,[::1]:7/ho ld", url.toString());
  }

  @Test
  void theEnvironmentCompletesIt() {
    Map<String, String> environment =
        Map.of(
            "PGHOST", "db",
            "PGPORT", "6000",
            "PGUSER", "me",
            "PGPASSWORD", "secret",
            "PGDATABASE", "ledger",
            "PGSSLMODE", "require");
    PostgresUrl url = PostgresUrl.parse("postgres://", environment);
    assertEquals(List.of("db:6000"), url.hosts());
    assertEquals("me", url.user());
    assertEquals("secret", url.password());
    assertEquals("ledger", url.database());
    assertEquals("require", url.parameters().get("sslmode"));
    PostgresUrl given =
        PostgresUrl.parse("postgres://you:pw@host:1/other?sslmode=disable", environment);
    assertEquals(List.of("host:1"), given.hosts());
    assertEquals("you", given.user());
    assertEquals("pw", given.password());
    assertEquals("other", given.database());
    assertEquals("disable", given.parameters().get("sslmode"));
  }

  @Test
  void withoutAnythingItIsTheUsersDatabaseOnThisMachine() {
    PostgresUrl url = parse("postgresql://");
    assertEquals(List.of("localhost:5432"), url.hosts());
    assertEquals(System.getProperty("user.name"), url.user());
    assertEquals(url.user(), url.database());
    assertNull(url.password());
  }

  @Test
  void parametersMayNameUserPasswordAndDatabase() {
    PostgresUrl url = parse("postgresql://db/?user=me&password=a%26b&dbname=ledger");
    assertEquals("me", url.user());
    assertEquals("a&b", url.password());
    assertEquals("ledger", url.database());
    assertEquals(Map.of(), url.parameters());
  }

  @Test
  void parametersOfLibpqBecomeThoseOfTheDriver() {
    PostgresUrl url =
        parse(
            "postgresql://db/?connect_timeout=3&application_name=a&target_session_attrs=read-write");
    assertEquals(
        Map.of("connectTimeout", "3", "ApplicationName", "a", "targetServerType", "primary"),
        url.parameters());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mysql://db/x | postgresql://USER@HOST:PORT/DATABASE",
        "db/x | postgresql://USER@HOST:PORT/DATABASE",
        "postgresql://db:x/y | %3A",
        "postgresql://db:70000/y | 65535",
        "postgresql://me:secret@w@db:1x/y | %40",
        "postgresql://me:secret/word@db/y | %2F",
        "postgresql://me:secret%zz@db/y | %25",
        "postgresql://me:12/secret@db:1/y | %40 and %2F",
        "postgresql:///x?sslmode=bogus | verify-full",
        "postgresql://a,,b/y | host that is empty",
        "postgresql://::1/y | IPv6",
        "postgresql:///x?sslmod=require | sslmod",
        "postgresql:///x?sslmode | name=value",
        "postgresql:///x?target_session_attrs=standby | read-write",
        "postgresql://%2Frun%2Fpg/x | Unix sockets",
      })
  void whatCannotBeUnderstoodIsRefusedWithWhatToWrite(String url, String part) {
    String message =
        Objects.requireNonNull(
            assertThrows(IllegalArgumentException.class, () -> parse(url)).getMessage());
    assertTrue(message.contains(part), message);
    assertFalse(message.contains("secret"), message);
  }
}
