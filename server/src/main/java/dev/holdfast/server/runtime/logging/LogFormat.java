package dev.holdfast.server.runtime.logging;

/** The format of log lines. */
public enum LogFormat {
  /** A line for people; a stack trace follows on lines of its own. */
  TEXT,
  /** A JSON object on one line for each event, with its stack trace inside. */
  JSON
}
