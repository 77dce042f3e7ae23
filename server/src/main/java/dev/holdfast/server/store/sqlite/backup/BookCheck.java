package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Recounts all books of a copy, and checks the file, the checksums and the indexes. */
public final class BookCheck {
  private BookCheck() {}

  /**
   * The books of an intact copy.
   *
   * @param repositoryCount the number of repositories
   * @param reservationCount the number of reservations in all repositories
   * @param position the position of the store
   */
  public record Books(long repositoryCount, long reservationCount, StorePosition position) {}

  /**
   * Checks a database that nobody else has open.
   *
   * @param name what the copy is called in an error message
   * @throws BackupException if it is damaged, or its books do not balance
   */
  public static Books check(Path copy, String name) {
    try {
      AtomicLong repositories = new AtomicLong();
      AtomicLong reservations = new AtomicLong();
      try (SqliteStore store = SqliteStore.openCopyForVerification(copy)) {
        List<String> damage = store.damage();
        if (!damage.isEmpty()) {
          throw damaged(name, damage.get(0));
        }
        requireNone(name, "", store.damagedRest());
        store.recountAll(
            recount -> {
              requireNone(name, "repository " + recount.recorded().id() + ": ", recount.problems());
              repositories.incrementAndGet();
              reservations.addAndGet(recount.recorded().reservationCount());
            });
      }
      try (SqliteConnection connection = SqliteConnection.immutable(copy)) {
        return new Books(repositories.get(), reservations.get(), StorePosition.of(connection));
      }
    } catch (SQLException | StoreException e) {
      throw new BackupException(describe(name, String.valueOf(e.getMessage())), e);
    }
  }

  private static void requireNone(String name, String where, List<Recount.Problem> problems) {
    if (!problems.isEmpty()) {
      Recount.Problem first = problems.get(0);
      throw damaged(
          name,
          where
              + first.subject()
              + ": recorded "
              + first.recorded()
              + ", counted "
              + first.counted());
    }
  }

  private static BackupException damaged(String name, String what) {
    return new BackupException(describe(name, what));
  }

  private static String describe(String name, String what) {
    return name + " is damaged, or its books do not balance: " + what;
  }
}
