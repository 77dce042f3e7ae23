package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.store.LedgerStoreSuite;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** PostgreSQL passes what every engine must pass. */
class PostgresStoreTest extends LedgerStoreSuite {
  private final TestDatabase database = TestDatabase.create();
  private final TestClock clock = TestClock.addTo(database);

  @Override
  protected LedgerStore open() {
    LedgerStore store = PostgresStore.open(database.settings(TestClock.PARAMETERS));
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
        database.execute("DELETE FROM servers");
        maintenance.adjustLeases(byMicros, nowMicros, graceMicros);
      }

      @Override
      public int purge(ServedNote served, long beforeMicros, int limit) {
        return maintenance.purge(served, beforeMicros, limit);
      }
    };
  }
}
