package dev.holdfast.server.store.sqlite.directory;

import dev.holdfast.server.ledger.view.DiskSpace;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the free space of the data directory's disk, so that changes that need new space are
 * rejected a little before the disk is full, and those that do not still find room. A background
 * task samples about once a second; the writer only reads the last sample.
 */
public final class LowWater implements Runnable {
  /**
   * The free space below which changes that need new space are rejected: what the WAL of other
   * changes may grow by until it is checkpointed and restarted (32 MiB), what they may add to the
   * database meanwhile (half of that), and twice the {@linkplain DiskReserve reserve} of a start,
   * so that a missing one can be made again.
   */
  public static final long BYTES = 8 * DiskReserve.BYTES;

  private static final Logger LOGGER = LoggerFactory.getLogger(LowWater.class);

  private final Path directory;
  private final ToLongFunction<Path> usableBytes;
  private final Consumer<DiskSpace> samples;
  private boolean low;

  /**
   * Makes the task.
   *
   * @param samples receives every sample
   */
  public LowWater(Path directory, Consumer<DiskSpace> samples) {
    this(directory, samples, path -> path.toFile().getUsableSpace());
  }

  LowWater(Path directory, Consumer<DiskSpace> samples, ToLongFunction<Path> usableBytes) {
    this.directory = directory;
    this.samples = samples;
    this.usableBytes = usableBytes;
  }

  /** Takes a sample. */
  @Override
  public void run() {
    DiskSpace space = new DiskSpace(usableBytes.applyAsLong(directory), BYTES);
    samples.accept(space);
    if (space.isShort() && !low) {
      LOGGER.warn(
          "disk of {} nearly full: {} bytes are free; rejecting changes that need new space until {}"
              + " bytes are free. Releases, fills and renewals are accepted",
          directory,
          space.freeBytes(),
          space.requiredBytes());
    } else if (!space.isShort() && low) {
      LOGGER.info(
          "disk of {} has {} bytes free; accepting all changes", directory, space.freeBytes());
    }
    low = space.isShort();
  }
}
