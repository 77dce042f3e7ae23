package dev.holdfast.server.store.postgresql;

/**
 * A clock of a database that a test sets: a function that hides PostgreSQL's own from sessions with
 * the parameters of the address that {@link #PARAMETERS} are.
 */
final class TestClock {
  /** Looks functions up in the schema of the tables first. */
  static final String PARAMETERS = "options=-c%20search_path%3Dpublic,pg_catalog";

  private final TestDatabase database;

  private TestClock(TestDatabase database) {
    this.database = database;
  }

  /** Adds the clock, which shows the real time until it is set. */
  static TestClock addTo(TestDatabase database) {
    database.execute(
        "CREATE TABLE test_clock (micros bigint);"
            + " CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql"
            + " AS 'SELECT coalesce((SELECT timestamptz ''epoch'' + micros * interval ''1 us''"
            + " FROM public.test_clock), pg_catalog.clock_timestamp())'");
    return new TestClock(database);
  }

  /** Sets the time, in microseconds since the epoch. */
  void set(long micros) {
    database.execute(
        "DELETE FROM test_clock; INSERT INTO test_clock (micros) VALUES (" + micros + ")");
  }
}
