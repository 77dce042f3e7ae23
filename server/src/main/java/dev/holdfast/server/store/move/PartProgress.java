package dev.holdfast.server.store.move;

/** Counts the rows of one part of a move. */
public final class PartProgress {
  private final MoveProgress progress;
  private final String part;
  private final long total;
  private long done;

  /** Begins a part. */
  public PartProgress(MoveProgress progress, String part, long total) {
    this.progress = progress;
    this.part = part;
    this.total = total;
    progress.at(part, 0, total);
  }

  /** Counts a row. */
  public void step() {
    progress.at(part, ++done, total);
  }
}
