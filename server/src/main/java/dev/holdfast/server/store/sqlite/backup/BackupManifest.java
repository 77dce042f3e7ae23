package dev.holdfast.server.store.sqlite.backup;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Describes the content of a backup file.
 *
 * @param programVersion the version of the program that wrote the backup
 * @param schemaVersion the version of the schema of the database
 * @param ledgerId the id of the ledger
 * @param createTime the time of the snapshot
 * @param databaseBytes the length of the database, with which the file begins
 * @param databaseSha256 the SHA-256 of these bytes, in hexadecimal
 * @param repositoryCount the number of repositories
 * @param reservationCount the number of reservations in all repositories
 * @param revision the highest revision of any repository
 */
public record BackupManifest(
    String programVersion,
    int schemaVersion,
    UUID ledgerId,
    Instant createTime,
    long databaseBytes,
    String databaseSha256,
    long repositoryCount,
    long reservationCount,
    long revision) {

  /** Returns the fields by name, in a fixed order. */
  public Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("program_version", programVersion);
    fields.put("schema_version", Integer.toString(schemaVersion));
    fields.put("ledger_id", ledgerId.toString());
    fields.put("create_time", createTime.toString());
    fields.put("database_bytes", Long.toString(databaseBytes));
    fields.put("database_sha256", databaseSha256);
    fields.put("repository_count", Long.toString(repositoryCount));
    fields.put("reservation_count", Long.toString(reservationCount));
    fields.put("revision", Long.toString(revision));
    return fields;
  }

  /** Returns the manifest as text: a line {@code name=value} for each field. */
  String text() {
    return fields().entrySet().stream()
        .map(field -> field.getKey() + "=" + field.getValue() + "\n")
        .collect(Collectors.joining());
  }

  /**
   * Parses the text of a manifest. Unknown fields are ignored.
   *
   * @throws IllegalArgumentException if a field is missing or malformed
   */
  static BackupManifest parse(String text) {
    Map<String, String> fields = new HashMap<>();
    text.lines()
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              if (equals > 0) {
                fields.put(line.substring(0, equals), line.substring(equals + 1));
              }
            });
    try {
      return new BackupManifest(
          requireNonNull(fields.get("program_version"), "program_version is missing"),
          Integer.parseInt(fields.get("schema_version")),
          UUID.fromString(requireNonNull(fields.get("ledger_id"), "ledger_id is missing")),
          Instant.parse(requireNonNull(fields.get("create_time"), "create_time is missing")),
          Long.parseLong(fields.get("database_bytes")),
          requireNonNull(fields.get("database_sha256"), "database_sha256 is missing"),
          Long.parseLong(fields.get("repository_count")),
          Long.parseLong(fields.get("reservation_count")),
          Long.parseLong(fields.get("revision")));
    } catch (NullPointerException | DateTimeParseException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
