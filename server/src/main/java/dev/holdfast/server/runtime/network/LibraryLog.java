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
 * Takes what libraries log. gRPC writes a stack for every connection and call that a client spoils;
 * here that is a line, at most once a minute for each of its loggers. Only what it calls severe,
 * which is a defect, keeps its stack.
 */
public final class LibraryLog extends Handler {
  private static final int LONGEST_CAUSE = 300;

  private final SLF4JBridgeHandler log = new SLF4JBridgeHandler();
  private final SimpleFormatter formatter = new SimpleFormatter();
  private final ConcurrentMap<String, LineLimit> limits = new ConcurrentHashMap<>();

  /** Takes everything that goes to java.util.logging. */
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
    long others = limits.computeIfAbsent(logger, name -> new LineLimit()).admit();
    if (others < 0) {
      return;
    }
    LogRecord line = new LogRecord(record.getLevel(), text(record, others));
    line.setLoggerName(logger);
    if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
      line.setThrown(record.getThrown());
    }
    log.publish(line);
  }

  private String text(LogRecord record, long others) {
    StringBuilder text = new StringBuilder(formatter.formatMessage(record));
    if (record.getThrown() != null) {
      text.append(": ").append(shortened(record.getThrown().toString()));
    }
    if (others > 0) {
      text.append(" (").append(others).append(" more were kept out since the last line)");
    }
    return text.toString();
  }

  private static String shortened(String cause) {
    String line = cause.lines().findFirst().orElse("");
    return line.length() <= LONGEST_CAUSE ? line : line.substring(0, LONGEST_CAUSE) + "...";
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
