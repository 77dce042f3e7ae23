package dev.holdfast.server.runtime.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/** Changes the configuration of {@code logback.xml}, which logs text of level INFO. */
public final class LogSettings {
  private static final String APPENDER = "stderr";

  private LogSettings() {}

  /** Sets the format and level of all log lines from now on. */
  public static void apply(LogFormat format, LogLevel level) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(level.name()));
    if (format == LogFormat.JSON
        && root.getAppender(APPENDER) instanceof ConsoleAppender<ILoggingEvent> appender) {
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(context);
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithContext(false);
      encoder.setWithMDC(false);
      encoder.setWithMarkers(false);
      encoder.setWithKVPList(false);
      encoder.setWithArguments(false);
      // The text with its arguments in place of the pattern.
      encoder.setWithMessage(false);
      encoder.setWithFormattedMessage(true);
      encoder.start();
      appender.stop();
      appender.setEncoder(encoder);
      appender.start();
    }
  }
}
