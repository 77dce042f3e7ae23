package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.move.ContentsVisitor;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.MoveProgress;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import java.sql.SQLException;

/** A ledger in a database that no server uses, or can use while it is open. */
public final class PostgresSource implements LedgerContents {
  private final PostgresStore store;
  private final Session session;
  private final PostgresContents contents;

  private PostgresSource(PostgresStore store, Session session) {
    this.store = store;
    this.session = session;
    this.contents = new PostgresContents(session, store.location());
  }

  /**
   * Opens a ledger.
   *
   * @throws StoreException if the database cannot be used, or a server uses it
   */
  public static PostgresSource open(PostgresSettings settings) {
    PostgresStore store = PostgresStore.open(settings);
    try {
      return open(store);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  static PostgresSource open(PostgresStore store) {
    try {
      return new PostgresSource(store, store.alone());
    } catch (SQLException e) {
      throw SqlErrors.reading("read the ledger", e);
    }
  }

  @Override
  public void check() {
    contents.check();
  }

  @Override
  public void visit(ContentsVisitor visitor, MoveProgress progress) {
    contents.visit(visitor, progress);
  }

  @Override
  public String location() {
    return contents.location();
  }

  @Override
  public void close() {
    session.close();
    store.close();
  }
}
