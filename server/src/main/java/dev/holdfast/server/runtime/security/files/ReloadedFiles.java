package dev.holdfast.server.runtime.security.files;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value that is parsed from files, and parsed again when their contents change. Contents count,
 * not names or times, because some platforms renew a file by swapping a symbolic link. The last
 * valid value stays until the files are valid again.
 *
 * <p>Changed contents are parsed once two polls in a row found the same: a file that is being
 * written is not taken for a malformed one, and a new key is not paired with an old certificate.
 *
 * @param <T> an immutable value
 */
public final class ReloadedFiles<T> {
  private final String subject;
  private final List<Path> paths;
  private final Parser<T> parser;
  private final Listener listener;
  private volatile T value;
  private String handled;
  private @Nullable String seen;

  /** Parses the contents of the files, in their order. */
  public interface Parser<T> {
    T parse(List<FileContents> contents) throws InvalidFileException;
  }

  /** Receives the results of reloads, on the polling thread. */
  public interface Listener {
    /**
     * New contents are in use.
     *
     * @param subject what was reloaded, for example {@code tokens}
     */
    void reloaded(String subject);

    /**
     * New contents are malformed; the last valid ones stay in use. Called once for each change.
     *
     * @param why where and why, for the operator
     */
    void failed(String subject, String why);
  }

  /**
   * Reads the files for the first time.
   *
   * @param subject what the files contain, in the words of metrics: {@code tls} or {@code tokens}
   * @throws InvalidFileException if they are malformed
   */
  public ReloadedFiles(String subject, List<Path> paths, Parser<T> parser, Listener listener)
      throws InvalidFileException {
    this.subject = subject;
    this.paths = List.copyOf(paths);
    this.parser = parser;
    this.listener = listener;
    List<FileContents> contents = read();
    this.handled = digest(contents);
    this.value = parser.parse(contents);
  }

  /** Returns the newest valid value. */
  public T get() {
    return value;
  }

  /** Looks for new contents. Must be called by one thread at a time. */
  public void poll() {
    List<FileContents> contents = List.of();
    InvalidFileException unreadable = null;
    String now;
    try {
      contents = read();
      now = digest(contents);
    } catch (InvalidFileException e) {
      unreadable = e;
      now = String.valueOf(e.getMessage());
    }
    boolean stable = now.equals(seen);
    seen = now;
    if (!stable || now.equals(handled)) {
      return;
    }
    handled = now;
    try {
      if (unreadable != null) {
        throw unreadable;
      }
      value = parser.parse(contents);
      listener.reloaded(subject);
    } catch (InvalidFileException e) {
      listener.failed(subject, String.valueOf(e.getMessage()));
    }
  }

  private List<FileContents> read() throws InvalidFileException {
    List<FileContents> contents = new ArrayList<>();
    for (Path path : paths) {
      contents.add(FileContents.read(path));
    }
    return contents;
  }

  private static String digest(List<FileContents> contents) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      for (FileContents file : contents) {
        sha256.update(
            Integer.toString(file.bytes().length)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        sha256.update((byte) '\n');
        sha256.update(file.bytes());
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
