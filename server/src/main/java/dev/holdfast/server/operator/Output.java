package dev.holdfast.server.operator;

import java.io.PrintWriter;

/** The standard output of a command, written in blocks. Not thread-safe. */
final class Output {
  private static final int BLOCK_CHARACTERS = 1 << 16;

  private final PrintWriter out;
  private final StringBuilder pending = new StringBuilder();

  Output(PrintWriter out) {
    this.out = out;
  }

  /** Thrown when the reader of the output is gone, as in {@code holdfast events | head}. */
  static final class ClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Writes a line, at the latest with the next {@link #flush}.
   *
   * @throws ClosedException if nobody reads the output any more
   */
  void line(String line) {
    pending.append(line).append('\n');
    if (pending.length() > BLOCK_CHARACTERS) {
      flush();
    }
  }

  /**
   * Writes all lines that are not written yet.
   *
   * @throws ClosedException if nobody reads the output any more
   */
  void flush() {
    out.print(pending);
    pending.setLength(0);
    // The writer of picocli does not notice that System.out, to which it writes, has failed.
    if (out.checkError() || System.out.checkError()) {
      throw new ClosedException();
    }
  }
}
