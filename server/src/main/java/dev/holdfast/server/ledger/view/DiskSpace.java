package dev.holdfast.server.ledger.view;

/**
 * The free space of the disk that the store is on.
 *
 * @param freeBytes the free space
 * @param requiredBytes the free space below which changes that need new space are rejected
 */
public record DiskSpace(long freeBytes, long requiredBytes) {
  /** The space of a store whose disk nobody watches. */
  public static final DiskSpace UNLIMITED = new DiskSpace(Long.MAX_VALUE, 0);

  /** Returns whether changes that need new space are rejected. */
  public boolean isShort() {
    return freeBytes < requiredBytes;
  }
}
