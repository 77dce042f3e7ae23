package dev.holdfast.server.store.sqlite.rows;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Caches the ids of repositories by their numbers, for one snapshot. */
public final class RepositoryIds {
  private final SqliteConnection connection;
  private final Map<Long, String> ids = new HashMap<>();

  public RepositoryIds(SqliteConnection connection) {
    this.connection = connection;
  }

  public String of(long number) throws SQLException {
    String known = ids.get(number);
    if (known == null) {
      PreparedStatement query =
          connection.prepared(
              "SELECT " + RowMapper.REPOSITORY + " FROM repositories WHERE repository = ?");
      query.setLong(1, number);
      List<RowMapper.RepositoryRow> found = SqliteConnection.rows(query, RowMapper::repository);
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
