package dev.holdfast.server.runtime;

import dev.holdfast.server.runtime.engine.SharedStore;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The options that name a database. */
final class StoreOption {
  private StoreOption() {}

  /**
   * Returns the store of a URL.
   *
   * @param option the option with the URL
   * @throws ParameterException if the URL is wrong
   */
  static SharedStore parse(String option, String url, CommandSpec command) {
    try {
      return new SharedStore(PostgresUrl.parse(url, System.getenv()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command.commandLine(), "Invalid value for option '" + option + "': " + e.getMessage());
    }
  }
}
