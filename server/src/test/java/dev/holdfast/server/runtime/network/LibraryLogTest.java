package dev.holdfast.server.runtime.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tests the lines that libraries may log. */
class LibraryLogTest {
  private static final String NAME = "library.of.the.test";

  private static LogRecord record(java.util.logging.Level level, String text) {
    LogRecord record = new LogRecord(level, text);
    record.setLoggerName(NAME);
    record.setThrown(new IllegalStateException("cause of " + text));
    return record;
  }

  @Test
  void whatClientsBreakHidesNoDefect() {
    Logger logger = (Logger) LoggerFactory.getLogger(NAME);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    LibraryLog log = new LibraryLog();
    for (int i = 0; i < 3; i++) {
      log.publish(record(java.util.logging.Level.WARNING, "stray"));
      log.publish(record(java.util.logging.Level.SEVERE, "defect"));
    }
    logger.detachAppender(lines);
    assertEquals(
        List.of(Level.WARN, Level.ERROR),
        lines.list.stream().map(ILoggingEvent::getLevel).toList());
    assertEquals(
        "stray: java.lang.IllegalStateException: cause of stray",
        lines.list.get(0).getFormattedMessage());
    assertNotNull(lines.list.get(1).getThrowableProxy());
  }
}
