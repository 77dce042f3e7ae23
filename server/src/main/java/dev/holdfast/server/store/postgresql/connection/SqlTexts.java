package dev.holdfast.server.store.postgresql.connection;

/** Texts that many statements share. */
public final class SqlTexts {
  /** The time of the database, in microseconds since the epoch. */
  public static final String NOW = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

  /** Begins a transaction that locks first and loads in later statements. */
  public static final String BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

  /**
   * Bounds a transaction, in milliseconds: its statements, its waits for locks, and its silence. A
   * server that vanished must not hold the lock of a repository for ever.
   */
  public static final String BOUNDS =
      "SELECT set_config('statement_timeout', ?, true), set_config('lock_timeout', ?, true),"
          + " set_config('idle_in_transaction_session_timeout', ?, true)";

  /**
   * A cancelled wait for a synchronous standby would end as a success that the standby may not
   * have. So the client, not the server, bounds the wait for a commit.
   */
  public static final String UNBOUNDED_COMMIT = "SET LOCAL statement_timeout = 0";

  public static final String COMMIT = "COMMIT";

  private SqlTexts() {}
}
