package dev.holdfast.server.store.sqlite.connection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.engine.StoreException.Damage;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Tests that an SQLite report of a malformed database counts as damage only if the file is
 * malformed; a failed read is transient.
 */
class DamageCheckTest {
  private static final int ROWS = 5000;

  @TempDir Path directory = Path.of("");
  private SqliteConnection writer;
  private StoreCondition condition;
  private Readers readers;
  private LongReads longReads;
  private DamageCheck check;
  private int failures;

  @BeforeEach
  void open() throws IOException, SQLException {
    Path database = directory.resolve("holdfast.db");
    writer = SqliteConnection.writer(database);
    writer.run(
        "CREATE TABLE numbers (number INTEGER PRIMARY KEY, words TEXT);"
            + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + ROWS
            + ") INSERT INTO numbers SELECT i, 'some words' FROM n;"
            + "PRAGMA wal_checkpoint(TRUNCATE)");
    condition =
        new StoreCondition(
            new OpenFiles(database),
            e -> {
              throw e;
            });
    readers = new Readers(1, () -> SqliteConnection.reader(database), condition);
    longReads = new LongReads(() -> SqliteConnection.reader(database), condition);
    check = new DamageCheck(longReads, condition);
  }

  @AfterEach
  void close() {
    readers.close();
    writer.close();
  }

  /** The sum of all numbers; the first reads fail as they do where the disk reports EIO. */
  private Readers.Read<Long> sum(int failing) {
    failures = 0;
    return connection -> {
      if (failures < failing) {
        failures++;
        throw new SQLiteException("failed on purpose", SQLiteErrorCode.SQLITE_CORRUPT);
      }
      return connection.number("SELECT sum(number + length(words)) FROM numbers");
    };
  }

  private void damageTheTable() throws IOException, SQLException {
    long page = writer.number("SELECT rootpage FROM sqlite_schema WHERE name = 'numbers'");
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("holdfast.db").toFile(), "rw")) {
      file.seek((page - 1) * writer.number("PRAGMA page_size"));
      // No kind of page.
      file.write(0xff);
    }
  }

  @Test
  void oneFailureIsReadOver() {
    long sum = readers.read(sum(0));
    assertEquals(sum, readers.read(sum(1)));
    check.checkIfSuspected();
    assertNull(condition.hiding());
  }

  @Test
  void whatSqliteCannotSeeAgainIsNoDamage() {
    assertThrows(StoreException.class, () -> readers.read(sum(2)));
    assertThrows(StoreException.class, () -> longReads.read("cannot count", sum(1)));
    check.checkIfSuspected();
    condition.requireNoHiddenRows();
    assertNull(condition.hiding());
  }

  @Test
  void whatSqliteSeesAgainIsDamage() throws IOException, SQLException {
    damageTheTable();
    assertThrows(StoreException.class, () -> readers.read(sum(0)));
    check.checkIfSuspected();
    Damage damage = condition.hiding();
    assertNotNull(damage);
    assertThrows(StoreException.class, condition::requireNoHiddenRows);
  }

  @Test
  void aChecksumThatIsWrongAgainIsDamageAtOnce() {
    Damage damage = new Damage(Damage.Kind.ROW, "damaged row", 1, 2);
    int[] times = {0};
    Readers.Read<Long> once =
        connection -> {
          if (times[0]++ == 0) {
            throw StoreException.damaged(damage);
          }
          return 1L;
        };
    assertEquals(1, readers.read(once));
    assertNull(condition.hiding());
    assertThrows(
        StoreException.class,
        () ->
            readers.read(
                connection -> {
                  throw StoreException.damaged(damage);
                }));
    assertEquals(damage, condition.hiding());
  }
}
