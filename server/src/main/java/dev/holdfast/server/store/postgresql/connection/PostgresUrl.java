package dev.holdfast.server.store.postgresql.connection;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The address of a database: {@code postgresql://user:password@host:port,host:port/database?…}, as
 * libpq spells it. What it leaves out comes from the environment variables of libpq. If there is no
 * password, the driver looks it up in the password file, {@code PGPASSFILE} or {@code ~/.pgpass}.
 */
public final class PostgresUrl {
  private static final List<String> SCHEMES = List.of("postgresql://", "postgres://");
  private static final int DEFAULT_PORT = 5432;
  private static final int LARGEST_PORT = 65535;
  private static final String HOW =
      "; write postgresql://USER@HOST:PORT/DATABASE, for example"
          + " postgresql://holdfast@db.example.com/holdfast?sslmode=verify-full";

  private static final List<String> SSL_MODES =
      List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

  /** The parameters of libpq that the driver spells differently. */
  private static final Map<String, String> DRIVER_NAMES =
      Map.of(
          "application_name", "ApplicationName",
          "connect_timeout", "connectTimeout",
          "target_session_attrs", "targetServerType");

  /** The values of {@code target_session_attrs}, as the driver spells them. */
  private static final Map<String, String> SERVER_TYPES =
      Map.of("read-write", "primary", "primary", "primary", "any", "any");

  /** The variables of libpq that stand for a parameter. */
  private static final Map<String, String> VARIABLES =
      Map.of(
          "PGSSLMODE", "sslmode",
          "PGSSLROOTCERT", "sslrootcert",
          "PGSSLCERT", "sslcert",
          "PGSSLKEY", "sslkey",
          "PGAPPNAME", "application_name",
          "PGCONNECT_TIMEOUT", "connect_timeout",
          "PGTARGETSESSIONATTRS", "target_session_attrs");

  private final List<String> hosts;
  private final String database;
  private final String user;
  private final @Nullable String password;
  private final Map<String, String> parameters;

  private PostgresUrl(
      List<String> hosts,
      String database,
      String user,
      @Nullable String password,
      Map<String, String> parameters) {
    this.hosts = hosts;
    this.database = database;
    this.user = user;
    this.password = password;
    this.parameters = parameters;
  }

  /**
   * Parses an address.
   *
   * @param environment the environment variables
   * @throws IllegalArgumentException with a sentence that says what to write instead, never with
   *     the password
   */
  public static PostgresUrl parse(String url, Map<String, String> environment) {
    String rest = withoutScheme(url);
    int question = rest.indexOf('?');
    Map<String, String> parameters = parameters(question < 0 ? "" : rest.substring(question + 1));
    String place = question < 0 ? rest : rest.substring(0, question);
    int slash = place.indexOf('/');
    String authority = slash < 0 ? place : place.substring(0, slash);
    String encoded = slash < 0 ? "" : place.substring(slash + 1);
    if (encoded.contains("@") || encoded.contains("/")) {
      throw new IllegalArgumentException(
          "the URL of the database has an '@' or a '/' behind the name of the host; write those of a"
              + " password or of the database as %40 and %2F"
              + HOW);
    }
    String path = decoded(encoded, "the name of the database");
    int at = authority.lastIndexOf('@');
    String credentials = at < 0 ? "" : authority.substring(0, at);
    int colon = credentials.indexOf(':');
    String named = decoded(colon < 0 ? credentials : credentials.substring(0, colon), "the user");
    String secret = colon < 0 ? "" : decoded(credentials.substring(colon + 1), "the password");
    VARIABLES.forEach(
        (variable, name) -> {
          String value = environment.getOrDefault(variable, "");
          if (!value.isEmpty()) {
            parameters.putIfAbsent(name, value);
          }
        });
    String user =
        first(
            named,
            taken(parameters, "user"),
            environment.get("PGUSER"),
            System.getProperty("user.name"));
    String password = first(secret, taken(parameters, "password"), environment.get("PGPASSWORD"));
    String database = first(path, taken(parameters, "dbname"), environment.get("PGDATABASE"), user);
    return new PostgresUrl(
        hosts(authority.substring(at + 1), environment),
        database,
        user,
        password.isEmpty() ? null : password,
        driverParameters(parameters));
  }

  private static String withoutScheme(String url) {
    for (String scheme : SCHEMES) {
      if (url.startsWith(scheme)) {
        return url.substring(scheme.length());
      }
    }
    throw new IllegalArgumentException("the URL of the database has an unknown scheme" + HOW);
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new TreeMap<>();
    if (query.isEmpty()) {
      return parameters;
    }
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "the URL of the database has a parameter without a name or a value after '?'; write"
                + " name=value, separated by '&'");
      }
      String name = decoded(parameter.substring(0, equals), "the name of a parameter");
      parameters.put(name, decoded(parameter.substring(equals + 1), "the parameter " + name));
    }
    return parameters;
  }

  private static String taken(Map<String, String> parameters, String name) {
    String value = parameters.remove(name);
    return value == null ? "" : value;
  }

  private static String first(@Nullable String... values) {
    for (String value : values) {
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return "";
  }

  private static String decoded(String text, String what) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          what + " in the URL of the database has a '%' without two hex digits; write %25 for '%'");
    }
  }

  private static List<String> hosts(String authority, Map<String, String> environment) {
    String all = authority.isEmpty() ? environment.getOrDefault("PGHOST", "") : authority;
    if (all.startsWith("/") || all.startsWith("%2F") || all.startsWith("%2f")) {
      throw new IllegalArgumentException(
          "Unix sockets are not supported; write the host, for example localhost");
    }
    String port = environment.getOrDefault("PGPORT", "");
    List<String> hosts = new ArrayList<>();
    for (String host : (all.isEmpty() ? "localhost" : all).split(",", -1)) {
      int colon = host.lastIndexOf(':');
      boolean withPort = colon > host.lastIndexOf(']');
      String name = withPort ? host.substring(0, colon) : host;
      if (name.isEmpty() || (name.indexOf(':') >= 0 && !name.startsWith("["))) {
        throw new IllegalArgumentException(
            "the URL of the database has a host that is empty or an IPv6 address without brackets"
                + HOW);
      }
      String given = withPort ? host.substring(colon + 1) : port;
      hosts.add(name + ":" + (given.isEmpty() ? DEFAULT_PORT : port(given)));
    }
    return hosts;
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= LARGEST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Reported below. The text may be a part of a password with an '@' or '/'.
    }
    throw new IllegalArgumentException(
        "the port of the database must be a number from 1 to 65535; write a '/', '@' or ':' of a"
            + " password as %2F, %40 or %3A"
            + HOW);
  }

  private static Map<String, String> driverParameters(Map<String, String> parameters) {
    Map<String, String> driver = new TreeMap<>();
    parameters.forEach(
        (name, value) -> {
          String driverName = DRIVER_NAMES.getOrDefault(name, name);
          if (org.postgresql.PGProperty.forName(driverName) == null) {
            throw new IllegalArgumentException(
                "the URL of the database has the unknown parameter "
                    + name
                    + "; the parameters are those of PostgreSQL's JDBC driver, for example sslmode,"
                    + " sslrootcert, connectTimeout, targetServerType");
          }
          if (name.equals("sslmode") && !SSL_MODES.contains(value)) {
            throw new IllegalArgumentException(
                "sslmode must be one of " + String.join(", ", SSL_MODES));
          }
          driver.put(driverName, name.equals("target_session_attrs") ? serverType(value) : value);
        });
    return driver;
  }

  private static String serverType(String value) {
    String type = SERVER_TYPES.get(value);
    if (type == null) {
      throw new IllegalArgumentException(
          "target_session_attrs must be read-write, primary or any, because Holdfast writes");
    }
    return type;
  }

  /** Returns the address for the driver, without user, password and parameters. */
  String jdbcUrl() {
    return "jdbc:postgresql://"
        + String.join(",", hosts)
        + "/"
        + java.net.URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public String user() {
    return user;
  }

  public String database() {
    return database;
  }

  /** Returns the hosts with their ports. */
  public List<String> hosts() {
    return hosts;
  }

  /** Returns the password; null to look it up in the password file. */
  @Nullable String password() {
    return password;
  }

  /** Returns the parameters for the driver. */
  public Map<String, String> parameters() {
    return parameters;
  }

  /** Returns the address without the password and the parameters, which may have secrets too. */
  @Override
  public String toString() {
    return hosts.stream().collect(Collectors.joining(",", "postgresql://" + user + "@", "/"))
        + database;
  }
}
