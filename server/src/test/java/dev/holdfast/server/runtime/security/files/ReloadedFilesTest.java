package dev.holdfast.server.runtime.security.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedFilesTest {
  private final List<String> told = new ArrayList<>();

  @TempDir private Path temp;
  private Path first;
  private Path second;
  private ReloadedFiles<String> files;

  @BeforeEach
  void read() throws Exception {
    first = temp.resolve("first");
    second = temp.resolve("second");
    write("1", "1");
    files =
        new ReloadedFiles<>(
            "pair",
            List.of(first, second),
            ReloadedFilesTest::pair,
            new ReloadedFiles.Listener() {
              @Override
              public void reloaded(String subject) {
                told.add("reloaded " + subject);
              }

              @Override
              public void failed(String subject, String why) {
                told.add("failed " + subject);
              }
            });
  }

  private void write(String firstText, String secondText) throws IOException {
    Files.writeString(first, firstText);
    Files.writeString(second, secondText);
  }

  /** A pair is valid if both files have the same text. */
  private static String pair(List<FileContents> contents) throws InvalidFileException {
    String text = new String(contents.get(0).bytes(), UTF_8);
    if (!text.equals(new String(contents.get(1).bytes(), UTF_8))) {
      throw new InvalidFileException(contents.get(0).path(), "is not of the pair");
    }
    return text;
  }

  private void poll(int times) {
    for (int i = 0; i < times; i++) {
      files.poll();
    }
  }

  @Test
  void unchangedFilesAreNotParsedAgain() {
    poll(5);
    assertEquals(List.of(), told);
    assertEquals("1", files.get());
  }

  @Test
  void aChangeThatStaysIsTakenUpOnce() throws Exception {
    write("2", "2");
    poll(1);
    assertEquals("1", files.get());
    poll(5);
    assertEquals("2", files.get());
    assertEquals(List.of("reloaded pair"), told);
  }

  @Test
  void aPairThatIsBeingWrittenIsNoFailure() throws Exception {
    write("2", "1");
    poll(1);
    write("2", "2");
    poll(2);
    assertEquals("2", files.get());
    assertEquals(List.of("reloaded pair"), told);
  }

  @Test
  void anInvalidPairIsToldOnceAndTheLastValidOneStays() throws Exception {
    write("2", "3");
    poll(9);
    assertEquals("1", files.get());
    assertEquals(List.of("failed pair"), told);
    write("3", "3");
    poll(2);
    assertEquals("3", files.get());
    assertEquals(List.of("failed pair", "reloaded pair"), told);
  }

  @Test
  void aMissingFileIsToldOnceAndTheLastValidOneStays() throws Exception {
    Files.delete(second);
    poll(9);
    assertEquals("1", files.get());
    assertEquals(List.of("failed pair"), told);
    Files.writeString(second, "1");
    poll(2);
    assertEquals(List.of("failed pair", "reloaded pair"), told);
  }

  @Test
  void aFileHasALimit() throws Exception {
    Files.write(first, new byte[FileContents.MAX_BYTES + 1]);
    assertThrows(InvalidFileException.class, () -> FileContents.read(first));
    poll(2);
    assertEquals(List.of("failed pair"), told);
  }
}
