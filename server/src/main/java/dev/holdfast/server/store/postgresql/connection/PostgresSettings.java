package dev.holdfast.server.store.postgresql.connection;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.postgresql.PGProperty;

/**
 * How the engine uses a database. Every wait has a bound, so that a database that hangs does not
 * hang the server.
 *
 * @param url the address
 * @param writers the number of connections for transactions
 * @param readers the number of connections for reads
 * @param connectionWait how long a transaction or a read waits for a connection
 * @param statementTimeout the bound of a statement of a transaction
 * @param lockTimeout the bound of a wait for another transaction
 * @param answerTimeout how long the server may be silent before a connection counts as lost
 */
public record PostgresSettings(
    PostgresUrl url,
    int writers,
    int readers,
    Duration connectionWait,
    Duration statementTimeout,
    Duration lockTimeout,
    Duration answerTimeout) {
  private static final int WRITERS = 8;
  private static final int READERS = 4;
  private static final Duration CONNECTION_WAIT = Duration.ofSeconds(3);
  private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  /** The bound of each wait while a connection is opened, for each host. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  /** Waits for one host: for the connection, and for the answers of the server. */
  private static final int CONNECT_WAITS = 2;

  /** The name of the parameter for how long the server may be silent. */
  static final String SILENCE = PGProperty.SOCKET_TIMEOUT.getName();

  /** Returns the settings for an address. */
  public static PostgresSettings of(PostgresUrl url) {
    return new PostgresSettings(
        url, WRITERS, READERS, CONNECTION_WAIT, STATEMENT_TIMEOUT, LOCK_TIMEOUT, ANSWER_TIMEOUT);
  }

  /**
   * Returns the properties of a connection while it is opened. A host that hangs must leave time to
   * try the others.
   */
  Properties properties() {
    Properties properties = new Properties();
    PGProperty.APPLICATION_NAME.set(properties, "holdfast");
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    PGProperty.CONNECT_TIMEOUT.set(properties, (int) CONNECT_TIMEOUT.toSeconds());
    PGProperty.LOGIN_TIMEOUT.set(
        properties, (int) CONNECT_TIMEOUT.toSeconds() * CONNECT_WAITS * url.hosts().size());
    PGProperty.SOCKET_TIMEOUT.set(properties, (int) CONNECT_TIMEOUT.toSeconds());
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, (int) CONNECT_TIMEOUT.toSeconds());
    if (url.hosts().size() > 1) {
      PGProperty.TARGET_SERVER_TYPE.set(properties, "primary");
    }
    for (Map.Entry<String, String> parameter : url.parameters().entrySet()) {
      properties.setProperty(parameter.getKey(), parameter.getValue());
    }
    PGProperty.USER.set(properties, url.user());
    String password = url.password();
    if (password != null) {
      PGProperty.PASSWORD.set(properties, password);
    }
    return properties;
  }
}
