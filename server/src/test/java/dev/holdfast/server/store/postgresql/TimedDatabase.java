package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A database of a test, with an engine that lives by the time of the test. */
final class TimedDatabase {
  private final TestDatabase database = TestDatabase.create();
  private final TestClock clock = TestClock.addTo(database);

  PostgresSettings settings() {
    return database.settings(TestClock.PARAMETERS);
  }

  /** Lets a time pass in which no server lives. */
  void loseServers() {
    database.execute("DELETE FROM servers");
  }

  /** Opens the engine. */
  LedgerStore open() {
    LedgerStore store = PostgresStore.open(settings());
    Maintenance maintenance = atTestTime(store.maintenance());
    return (LedgerStore)
        Proxy.newProxyInstance(
            LedgerStore.class.getClassLoader(),
            new Class<?>[] {LedgerStore.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("maintenance")) {
                return maintenance;
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Adjusts leases by the time of the test, as after a time in which no server lived. */
  private Maintenance atTestTime(Maintenance maintenance) {
    return new Maintenance() {
      @Override
      public void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
        clock.set(nowMicros);
        loseServers();
        maintenance.adjustLeases(byMicros, nowMicros, graceMicros);
      }

      @Override
      public int purge(ServedNote served, long beforeMicros, int limit) {
        return maintenance.purge(served, beforeMicros, limit);
      }
    };
  }
}
