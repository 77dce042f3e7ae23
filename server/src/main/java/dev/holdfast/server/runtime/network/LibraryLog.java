package dev.holdfast.server.runtime.network;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Handles the log records of libraries. gRPC logs a stack trace for every connection and call that
 * a client breaks; this handler writes one line instead, at most once a minute per logger. Only
 * SEVERE records, which are defects, keep their stack trace, and have a limit of their own.
 */
public final class LibraryLog extends Handler {
  private static final int MAX_CAUSE_CHARACTERS = 300;

  private final SLF4JBridgeHandler log = new SLF4JBridgeHandler();
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final ConcurrentMap<String, LineLimit> limits = new ConcurrentHashMap<>();

  /** Installs this handler for all java.util.logging records. */
  public static void install() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    java.util.logging.Logger.getLogger("").addHandler(new LibraryLog());
  }

  @Override
  public void publish(@Nullable LogRecord record) {
    if (record == null) {
      return;
    }
    String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
    boolean severe = record.getLevel().intValue() >= Level.SEVERE.intValue();
    // What clients break must not hide a defect.
    String limit = severe ? logger + " " + Level.SEVERE : logger;
    long suppressed = limits.computeIfAbsent(limit, name -> new LineLimit()).admit();
    if (suppressed < 0) {
      return;
    }
    LogRecord line = new LogRecord(record.getLevel(), text(record, suppressed));
    line.setLoggerName(logger);
    if (severe) {
      line.setThrown(record.getThrown());
    }
    log.publish(line);
  }

  private String text(LogRecord record, long suppressed) {
    StringBuilder text = new StringBuilder(formatter.formatMessage(record));
    if (record.getThrown() != null) {
      text.append(": ").append(shortened(record.getThrown().toString()));
    }
    if (suppressed > 0) {
      text.append(" (").append(suppressed).append(" more suppressed since the last line)");
    }
    return text.toString();
  }

  private static String shortened(String cause) {
    String line = cause.lines().findFirst().orElse("");
    return line.length() <= MAX_CAUSE_CHARACTERS
        ? line
        : line.substring(0, MAX_CAUSE_CHARACTERS) + "...";
  }

  @Override
  public void flush() {
    log.flush();
  }

  @Override
  public void close() {
    log.close();
  }
}
