package dev.holdfast.server.store.sqlite.backup;

/** Receives the progress of a backup or restore, on the thread that called it. */
public interface BackupProgress {
  /**
   * Called when a phase begins, and then about ten times a second in phases whose length is known.
   *
   * @param phase what is being done, for a person
   * @param doneBytes the bytes that are done
   * @param totalBytes the bytes of the phase; 0 if they are unknown
   */
  void at(String phase, long doneBytes, long totalBytes);
}
