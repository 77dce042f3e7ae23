package dev.holdfast.server.operator;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Prints values as rows of an aligned table, or as JSON, one object a line. It keeps at most
 * {@value #BLOCK_ROWS} rows. A column gets the width of its widest value so far.
 *
 * @param <T> the type of the values
 */
final class Listing<T> {
  private static final int BLOCK_ROWS = 100;
  private static final String GAP = "  ";

  /**
   * A column of the table.
   *
   * @param title its title
   * @param isNumber whether it is aligned to the right
   * @param text returns the text of a value
   */
  record Column<T>(String title, boolean isNumber, Function<T, String> text) {
    static <T> Column<T> text(String title, Function<T, String> text) {
      return new Column<>(title, false, text);
    }

    static <T> Column<T> number(String title, Function<T, String> text) {
      return new Column<>(title, true, text);
    }
  }

  private final Output out;
  private final boolean json;
  private final List<Column<T>> columns;
  private final Function<T, JsonObject> toJson;
  private final int[] widths;
  private final List<List<String>> rows = new ArrayList<>();

  Listing(Output out, boolean json, List<Column<T>> columns, Function<T, JsonObject> toJson) {
    this.out = out;
    this.json = json;
    this.columns = columns;
    this.toJson = toJson;
    this.widths = new int[columns.size()];
    if (!json) {
      addRow(columns.stream().map(Column::title).toList());
    }
  }

  /** Adds a value, which is printed at the latest with the next {@link #flush}. */
  void add(T value) {
    if (json) {
      out.line(Json.text(toJson.apply(value)));
    } else {
      addRow(columns.stream().map(column -> column.text().apply(value)).toList());
      if (rows.size() >= BLOCK_ROWS) {
        print();
      }
    }
  }

  private void addRow(List<String> row) {
    rows.add(row);
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], row.get(i).length());
    }
  }

  /** Prints all values that are not printed yet. */
  void flush() {
    print();
    out.flush();
  }

  private void print() {
    for (List<String> row : rows) {
      out.line(aligned(row).stripTrailing());
    }
    rows.clear();
  }

  private String aligned(List<String> row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - row.get(i).length());
      line.append(i == 0 ? "" : GAP);
      line.append(columns.get(i).isNumber() ? padding + row.get(i) : row.get(i) + padding);
    }
    return line.toString();
  }
}
