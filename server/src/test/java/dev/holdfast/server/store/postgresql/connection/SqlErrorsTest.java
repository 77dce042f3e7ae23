package dev.holdfast.server.store.postgresql.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.engine.StoreException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an error means depends on its SQLSTATE and on whether COMMIT was sent. */
class SqlErrorsTest {
  private static SQLException reported(String severity, String state) {
    return new PSQLException(
        new ServerErrorMessage("S" + severity + "\0V" + severity + "\0C" + state + "\0Mtext\0"));
  }

  private static String kind(StoreException e) {
    return e.outcomeUnknown() ? "unknown" : e.conflict() ? "conflict" : "not applied";
  }

  @ParameterizedTest
  @CsvSource({
    "ERROR, 40001, conflict, conflict",
    "ERROR, 40P01, conflict, conflict",
    "ERROR, 55P03, conflict, conflict",
    "ERROR, 23505, conflict, conflict",
    "FATAL, 25P03, conflict, unknown",
    "FATAL, 57P01, conflict, unknown",
    "FATAL, 57P02, conflict, unknown",
    "ERROR, 40003, not applied, unknown",
    "ERROR, XX000, not applied, unknown",
    "ERROR, 08006, conflict, unknown",
    "ERROR, 25006, not applied, not applied",
    "ERROR, 57014, not applied, not applied",
    "ERROR, 53100, not applied, not applied",
    "ERROR, 22P02, not applied, not applied",
  })
  void ofTheServer(String severity, String state, String before, String during) {
    SQLException error = reported(severity, state);
    assertEquals(before, kind(SqlErrors.beforeCommit("x", error)));
    assertEquals(during, kind(SqlErrors.duringCommit("x", error)));
  }

  @Test
  void aMessageSaysWhatToDo() {
    SQLException missing = reported("ERROR", "26000");
    String message = String.valueOf(SqlErrors.reading("x", missing).getMessage());
    assertTrue(message.contains("prepareThreshold=0"), message);
  }

  @ParameterizedTest
  @CsvSource({"08006", "08001", "08003"})
  void ofTheConnection(String state) {
    SQLException error = new SQLException("cut", state);
    assertEquals("conflict", kind(SqlErrors.beforeCommit("x", error)));
    assertEquals("unknown", kind(SqlErrors.duringCommit("x", error)));
    assertTrue(SqlErrors.breaksConnection(error));
  }
}
