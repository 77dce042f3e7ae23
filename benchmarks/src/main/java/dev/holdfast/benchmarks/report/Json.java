package dev.holdfast.benchmarks.report;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Figures as JSON: names like {@code p50_micros}, and null for missing figures. */
public final class Json {
  private static final Gson LINE =
      new GsonBuilder()
          .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
          .serializeNulls()
          .disableHtmlEscaping()
          .create();

  private static final Gson PRETTY = LINE.newBuilder().setPrettyPrinting().create();

  private Json() {}

  /** Returns a value as one line. */
  public static String line(Object value) {
    return LINE.toJson(value);
  }

  /** Reads a value from such a line. */
  public static <T> T read(String line, Class<T> type) {
    return LINE.fromJson(line, type);
  }

  /** Writes a value, formatted for people. */
  public static void write(Object value, Path file) throws IOException {
    Files.writeString(file, PRETTY.toJson(value) + "\n");
  }
}
