package dev.holdfast.server.runtime.security.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.server.runtime.security.files.FileContents;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Changes a tokens file. The new file replaces the old one in one step, so a server never reads
 * half of it, and a failure leaves the old one. Comments and the order of lines stay.
 */
public final class TokensEditor {
  private static final String HEADING =
      "# Tokens of Holdfast, written by 'holdfast token'. The secrets are not in this file.";

  private final Path file;

  /** Makes an editor; a symbolic link is followed, so the file that it leads to is replaced. */
  public TokensEditor(Path file) throws IOException {
    this.file = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
  }

  /**
   * Adds an entry. Creates the file, for its owner only, if it is missing.
   *
   * @throws InvalidFileException if the file is malformed, the entry contradicts another one, or
   *     the directory of the file does not exist
   * @throws IOException if the file cannot be written; it is unchanged then
   */
  public void add(TokenEntry entry) throws InvalidFileException, IOException {
    Path directory = file.getParent();
    if (directory != null && !Files.exists(directory)) {
      throw new InvalidFileException(directory, "this directory does not exist; make it first");
    }
    FileChannel lock = lock();
    try {
      List<String> lines = lines();
      if (lines.isEmpty()) {
        lines.add(HEADING);
      }
      String conflict = parse(lines).conflict(entry);
      if (conflict != null) {
        throw new InvalidFileException(file, conflict);
      }
      lines.add(entry.line());
      write(lines);
    } finally {
      lock.close();
    }
  }

  /**
   * Removes a token by its id, or all tokens of a name.
   *
   * @return the removed entries; empty if none match
   */
  public List<TokenEntry> revoke(String nameOrId) throws InvalidFileException, IOException {
    FileContents.read(file);
    FileChannel lock = lock();
    try {
      List<TokenEntry> removed = new ArrayList<>();
      List<String> kept = new ArrayList<>();
      int number = 0;
      for (String line : lines()) {
        number++;
        TokenEntry entry =
            TokensFile.isEntry(line) ? TokenLine.parse(file, number, line.strip()) : null;
        if (entry != null && (entry.id().equals(nameOrId) || entry.name().equals(nameOrId))) {
          removed.add(entry);
        } else {
          kept.add(line);
        }
      }
      if (!removed.isEmpty()) {
        write(kept);
      }
      return removed;
    } finally {
      lock.close();
    }
  }

  /** Returns the entries of the file. */
  public List<TokenEntry> list() throws InvalidFileException {
    return TokensFile.parse(FileContents.read(file)).entries();
  }

  private List<String> lines() throws InvalidFileException {
    return Files.exists(file)
        ? new ArrayList<>(new String(FileContents.read(file).bytes(), UTF_8).lines().toList())
        : new ArrayList<>();
  }

  private TokensFile parse(List<String> lines) throws InvalidFileException {
    return TokensFile.parse(new FileContents(file, text(lines)));
  }

  private static byte[] text(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(UTF_8);
  }

  private void write(List<String> lines) throws IOException {
    byte[] text = text(lines);
    if (text.length > FileContents.MAX_BYTES) {
      throw new IOException(
          file + " would become larger than " + FileContents.MAX_BYTES + " bytes");
    }
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    try {
      create(next);
      copyOwner(next);
      try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(next);
      throw e;
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static void create(Path path) throws IOException {
    Set<PosixFilePermission> owner = PosixFilePermissions.fromString("rw-------");
    Files.createFile(
        path,
        isPosix()
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(owner)}
            : new FileAttribute<?>[0]);
  }

  /**
   * Gives the new file the owner and permissions of the old one: the server may be another user.
   */
  private void copyOwner(Path next) throws IOException {
    if (!Files.exists(file) || !isPosix()) {
      return;
    }
    PosixFileAttributes old = Files.readAttributes(file, PosixFileAttributes.class);
    PosixFileAttributeView view = Files.getFileAttributeView(next, PosixFileAttributeView.class);
    PosixFileAttributes now = view.readAttributes();
    if (!now.owner().equals(old.owner())) {
      view.setOwner(old.owner());
    }
    if (!now.group().equals(old.group())) {
      view.setGroup(old.group());
    }
    view.setPermissions(old.permissions());
  }

  /**
   * Waits until no other process changes the file. The lock file stays, because another process may
   * wait for it.
   */
  private FileChannel lock() throws IOException {
    Path path = file.resolveSibling(file.getFileName() + ".lock");
    if (!Files.exists(path)) {
      try {
        create(path);
      } catch (FileAlreadyExistsException e) {
        // Another process has just created it.
      }
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
    channel.lock();
    return channel;
  }
}
