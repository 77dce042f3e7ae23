package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.StoreException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ids of repositories by their short names, each looked up once. For one snapshot. */
final class RepositoryIds {
  private final SqliteConnection connection;
  private final Map<Long, String> ids = new HashMap<>();

  RepositoryIds(SqliteConnection connection) {
    this.connection = connection;
  }

  String of(long number) throws SQLException {
    String known = ids.get(number);
    if (known == null) {
      PreparedStatement query =
          connection.prepared(
              "SELECT " + Rows.REPOSITORY + " FROM repositories WHERE repository = ?");
      query.setLong(1, number);
      List<Rows.Known> found = SqliteConnection.rows(query, Rows::repository);
      if (found.isEmpty()) {
        throw StoreException.damaged(
            new StoreException.Damage(
                StoreException.Damage.Kind.ROW,
                "missing row of repositories: number " + number,
                1,
                0));
      }
      known = found.get(0).repository().id();
      ids.put(number, known);
    }
    return known;
  }
}
