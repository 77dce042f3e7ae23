package dev.holdfast.server.store.postgresql.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Tells by the SQLSTATE what an error means for a transaction, never by its text. */
public final class SqlErrors {
  public static final String UNIQUE_VIOLATION = "23505";
  public static final String UNDEFINED_TABLE = "42P01";
  public static final String UNDEFINED_COLUMN = "42703";
  public static final String DUPLICATE_TABLE = "42P07";
  public static final String DUPLICATE_OBJECT = "42710";
  public static final String INSUFFICIENT_PRIVILEGE = "42501";
  public static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String READ_ONLY = "25006";
  private static final String CONNECTION_REJECTED = "08004";
  private static final String COMPLETION_UNKNOWN = "40003";
  private static final String CONNECTION = "08";
  private static final String INTERNAL = "XX";

  /**
   * Another transaction was faster, or the connection was lost: serialization failure, deadlock,
   * lock not available, the server shuts down, crashed or starts, too many connections, silence
   * within a transaction. A unique violation means that another server made the same repository.
   */
  private static final Set<String> CONFLICTS =
      Set.of(
          "40001",
          "40P01",
          LOCK_NOT_AVAILABLE,
          "57P01",
          "57P02",
          "57P03",
          "53300",
          "25P03",
          UNIQUE_VIOLATION);

  private static final String POOLER =
      "; behind a pooler that shares connections, such as PgBouncer in transaction mode, add"
          + " prepareThreshold=0 to the URL";

  private static final Map<String, String> HINTS =
      Map.of(
          "26000",
          POOLER,
          "42P05",
          POOLER,
          "08001",
          "; check that the database runs, and the host and the port of the URL",
          CONNECTION_REJECTED,
          "; give the password in PGPASSWORD or a password file, or correct sslmode",
          "28P01",
          "; correct the password, or the line in the password file",
          "28000",
          "; correct the user or the TLS mode of the URL, or pg_hba.conf of the server",
          "3D000",
          "; create the database, or correct its name in the URL",
          INSUFFICIENT_PRIVILEGE,
          "; grant the role of the URL the rights on the tables",
          READ_ONLY,
          "; the server is a standby or read-only: connect to the primary, for example with all"
              + " hosts in the URL");

  private SqlErrors() {}

  /** Returns the exception for an error before COMMIT was sent: nothing was changed. */
  public static StoreException beforeCommit(String action, SQLException error) {
    return isConflict(error)
        ? StoreException.conflict(action, error)
        : StoreException.notApplied(action + hint(error), error);
  }

  /**
   * Returns the exception for an error after COMMIT may have been sent. If the server reports an
   * error of a statement and goes on, it has rolled back; otherwise nobody knows. Citus reports an
   * internal error or a lost connection if the machine with the shard did not answer to COMMIT,
   * although that may have committed.
   */
  public static StoreException duringCommit(String action, SQLException error) {
    return rolledBack(error) ? beforeCommit(action, error) : StoreException.unknown(action, error);
  }

  /** Returns the exception for an error of a read. */
  public static StoreException reading(String action, SQLException error) {
    return StoreException.notApplied(action + hint(error), error);
  }

  /** Returns whether the connection must not be used again. */
  public static boolean breaksConnection(SQLException error) {
    String state = state(error);
    return state.startsWith(CONNECTION) || state.startsWith("57P") || state.equals(READ_ONLY);
  }

  /**
   * Returns whether the database may be there soon: it cannot be reached, starts, has too many
   * connections, or is still a standby.
   */
  public static boolean isAway(SQLException error) {
    return is(error, READ_ONLY) || (isConflict(error) && !is(error, CONNECTION_REJECTED));
  }

  /** Returns whether an error has one of these SQLSTATEs. */
  public static boolean is(SQLException error, String... states) {
    return Set.of(states).contains(state(error));
  }

  /** Returns what to do about an error, as the end of a sentence; empty if unknown. */
  public static String hint(SQLException error) {
    return HINTS.getOrDefault(state(error), "");
  }

  private static boolean isConflict(SQLException error) {
    String state = state(error);
    return CONFLICTS.contains(state)
        || state.startsWith(CONNECTION)
        || error instanceof SQLTransientConnectionException;
  }

  private static boolean rolledBack(SQLException error) {
    String state = state(error);
    if (!(error instanceof PSQLException reported)
        || state.equals(COMPLETION_UNKNOWN)
        || state.startsWith(INTERNAL)
        || state.startsWith(CONNECTION)) {
      return false;
    }
    @Nullable ServerErrorMessage message = reported.getServerErrorMessage();
    return message != null && "ERROR".equals(message.getSeverity());
  }

  private static String state(SQLException error) {
    return Objects.requireNonNullElse(error.getSQLState(), "");
  }
}
