package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.store.sqlite.SqliteSchema;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A backup file: the bytes of the database, the manifest as text, and a footer of 20 bytes with the
 * length of the manifest (4 bytes), its CRC-32C (4), the version of this format (4), and a magic
 * number (8), all big-endian. So a file whose end is missing is not taken for a backup.
 *
 * @param path the path of the file
 * @param manifest the manifest, whose checksum is correct; {@link #check} checks the database
 */
public record BackupFile(Path path, BackupManifest manifest) {
  static final int FORMAT = 1;

  private static final long MAGIC = 0x484f4c44424b5550L; // "HOLDBKUP"
  private static final int FOOTER_BYTES = 3 * Integer.BYTES + Long.BYTES;
  private static final int MAX_MANIFEST_BYTES = 64 << 10;
  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * Reads the manifest of a backup.
   *
   * @throws BackupException if the file is no backup, is damaged, or a newer program wrote it
   */
  public static BackupFile open(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new BackupException("there is no file " + path);
    } else if (!Files.isRegularFile(path)) {
      throw new BackupException(path + " is not a file; name a file that 'holdfast backup' wrote");
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < FOOTER_BYTES) {
        throw noBackup(path);
      }
      ByteBuffer footer = ByteBuffer.wrap(read(channel, size - FOOTER_BYTES, FOOTER_BYTES));
      int manifestBytes = footer.getInt();
      int checksum = footer.getInt();
      int format = footer.getInt();
      if (footer.getLong() != MAGIC) {
        throw noBackup(path);
      }
      if (format != FORMAT) {
        throw new BackupException(
            path
                + " has format "
                + format
                + ", but this program knows format "
                + FORMAT
                + " only; use the program that wrote it, or a newer one");
      }
      long databaseBytes = size - FOOTER_BYTES - manifestBytes;
      if (manifestBytes <= 0 || manifestBytes > MAX_MANIFEST_BYTES || databaseBytes <= 0) {
        throw damaged(path, "its manifest cannot have " + manifestBytes + " bytes");
      }
      byte[] text = read(channel, databaseBytes, manifestBytes);
      if (checksum(text) != checksum) {
        throw damaged(path, "the checksum of its manifest is wrong");
      }
      return new BackupFile(path, checked(path, parse(path, text), databaseBytes));
    }
  }

  private static BackupManifest parse(Path path, byte[] text) {
    try {
      return BackupManifest.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw damaged(path, "its manifest is malformed: " + e.getMessage());
    }
  }

  private static BackupManifest checked(Path path, BackupManifest manifest, long databaseBytes) {
    if (manifest.databaseBytes() != databaseBytes) {
      throw damaged(
          path,
          "it contains a database of "
              + databaseBytes
              + " bytes, but "
              + manifest.databaseBytes()
              + " bytes were written");
    }
    if (manifest.schemaVersion() > SqliteSchema.version()) {
      throw new BackupException(
          path
              + " has schema version "
              + manifest.schemaVersion()
              + ", but this program knows versions up to "
              + SqliteSchema.version()
              + " only; use holdfast "
              + manifest.programVersion()
              + ", which wrote it, or a newer one");
    }
    return manifest;
  }

  private static BackupException noBackup(Path path) {
    return new BackupException(
        path
            + " is not a backup of Holdfast, or its end is missing; name a whole file that 'holdfast"
            + " backup' wrote");
  }

  private static BackupException damaged(Path path, String what) {
    return new BackupException(path + " is damaged: " + what + "; use another backup");
  }

  private static byte[] read(FileChannel channel, long position, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return bytes.array();
  }

  private static int checksum(byte[] manifest) {
    CRC32C crc = new CRC32C();
    crc.update(manifest, 0, manifest.length);
    return (int) crc.getValue();
  }

  /**
   * Checks the checksum of the database.
   *
   * @throws BackupException if the file is damaged
   */
  public void check(BackupProgress progress) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      check("checking " + path, channel, null, progress);
    }
  }

  /**
   * Copies the database into an empty file, and checks its checksum once more.
   *
   * @throws BackupException if the backup is damaged
   */
  void copyDatabase(Path to, BackupProgress progress) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        FileChannel target = FileChannel.open(to, StandardOpenOption.WRITE)) {
      check("copying", channel, target, progress);
    }
  }

  private void check(
      String phase, FileChannel channel, @Nullable FileChannel target, BackupProgress progress)
      throws IOException {
    String sha256 = sha256(phase, channel, manifest.databaseBytes(), target, progress);
    if (!sha256.equals(manifest.databaseSha256())) {
      throw damaged(
          path, "the SHA-256 of its database is " + sha256 + ", not " + manifest.databaseSha256());
    }
  }

  /** Returns the SHA-256 of a database that is not yet a backup file. */
  static String sha256(Path database, BackupProgress progress) throws IOException {
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.READ)) {
      return sha256("computing the checksum", channel, channel.size(), null, progress);
    }
  }

  private static String sha256(
      String phase,
      FileChannel channel,
      long totalBytes,
      @Nullable FileChannel target,
      BackupProgress progress)
      throws IOException {
    MessageDigest digest = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    channel.position(0);
    long doneBytes = 0;
    while (doneBytes < totalBytes) {
      progress.at(phase, doneBytes, totalBytes);
      buffer.clear().limit((int) Math.min(buffer.capacity(), totalBytes - doneBytes));
      if (channel.read(buffer) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
      doneBytes += buffer.flip().remaining();
      digest.update(buffer.duplicate());
      while (target != null && buffer.hasRemaining()) {
        target.write(buffer);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Appends the manifest and the footer to a database, and syncs the file. */
  static void complete(Path database, BackupManifest manifest) throws IOException {
    byte[] text = manifest.text().getBytes(StandardCharsets.UTF_8);
    ByteBuffer end = ByteBuffer.allocate(text.length + FOOTER_BYTES);
    end.put(text).putInt(text.length).putInt(checksum(text)).putInt(FORMAT).putLong(MAGIC).flip();
    try (FileChannel channel = FileChannel.open(database, StandardOpenOption.WRITE)) {
      while (end.hasRemaining()) {
        channel.write(end, manifest.databaseBytes() + end.position());
      }
      channel.force(true);
    }
  }
}
