package dev.holdfast.server.runtime.page;

import dev.holdfast.server.ledger.engine.LedgerReads.SpaceUse;
import dev.holdfast.server.runtime.page.html.Html;
import java.util.ArrayList;
import java.util.List;

/** Draws the space of a repository as a bar. Its widths are attributes, which need no style. */
final class SpaceBar {
  private static final int WIDTH = 1000;

  /** The width of a part that would be too narrow to be seen. */
  private static final int LEAST_WIDTH = 6;

  static final Html LEGEND =
      Html.of(
          "<ul class=\"legend\"><li><span class=\"key filled\"></span>Filled"
              + "<li><span class=\"key reserved\"></span>Reserved, not yet filled"
              + "<li><span class=\"key unassigned\"></span>Reserved without a slot"
              + "<li><span class=\"key free\"></span>Free</ul>");

  private SpaceBar() {}

  private record Part(String kind, long bytes) {}

  static Html of(SpaceUse use) {
    List<Part> parts =
        List.of(
            new Part("filled", use.filledBytes()),
            new Part("reserved", use.unfilledBytes()),
            new Part("unassigned", use.repository().unassignedBytes()));
    double total =
        Math.max(1, Math.max(use.repository().capacityBytes(), use.repository().reservedBytes()));
    List<Html> drawn = new ArrayList<>();
    int at = 0;
    for (Part part : parts) {
      int width = (int) Math.round(part.bytes() / total * WIDTH);
      if (part.bytes() > 0) {
        width = Math.max(width, LEAST_WIDTH);
        drawn.add(
            Html.of(
                "<rect class=\"{}\" x=\"{}\" y=\"0\" width=\"{}\" height=\"10\"/>",
                part.kind(),
                at,
                width));
        at += width;
      }
    }
    return Html.of(
        "<svg class=\"bar\" viewBox=\"0 0 {} 10\" preserveAspectRatio=\"none\" role=\"img\""
            + " aria-label=\"{}\">{}</svg>",
        Math.max(WIDTH, at),
        label(use, total),
        drawn);
  }

  private static String label(SpaceUse use, double total) {
    return "%s filled, %s reserved, %s unassigned, %s free"
        .formatted(
            percent(use.filledBytes(), total),
            percent(use.unfilledBytes(), total),
            percent(use.repository().unassignedBytes(), total),
            percent(use.repository().availableBytes(), total));
  }

  private static String percent(long bytes, double total) {
    return Math.round(bytes / total * 100) + " %";
  }
}
