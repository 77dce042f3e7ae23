package dev.holdfast.server.store;

/**
 * How far the revisions of a store are raised that lost its newest changes. Callers may have
 * received the lost revisions, generations and versions, so all of them are raised far beyond
 * anything that can have been lost.
 */
public final class RevisionJump {
  /** The least raise. */
  public static final long LEAST = 1L << 40;

  /** More than the number of changes to one repository that a server can commit in a second. */
  private static final long PER_SECOND = 1L << 20;

  /** 136 years, so that a wrong clock uses up no more than a two-thousandth of the revisions. */
  private static final long MAX_ELAPSED_SECONDS = 1L << 32;

  private RevisionJump() {}

  /**
   * Returns the raise after a restore. A later restore of the same backup raises further: by more
   * than a server that ran on the earlier restore can have reached since.
   *
   * @param backupMicros the time of the backup, in microseconds since the epoch
   * @param nowMicros the time of the restore
   */
  public static long afterRestore(long backupMicros, long nowMicros) {
    long elapsedSeconds = Math.max(0, nowMicros - backupMicros) / 1_000_000;
    return LEAST + Math.min(elapsedSeconds, MAX_ELAPSED_SECONDS) * PER_SECOND;
  }
}
