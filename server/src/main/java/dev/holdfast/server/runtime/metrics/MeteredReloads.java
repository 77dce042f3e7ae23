package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.runtime.security.files.ReloadedFiles;

/** Counts reloads of files, and passes them on. */
public final class MeteredReloads implements ReloadedFiles.Listener {
  private static final String TLS = "tls";

  private final TaskMetrics tasks;
  private final ReloadedFiles.Listener next;

  public MeteredReloads(TaskMetrics tasks, ReloadedFiles.Listener next) {
    this.tasks = tasks;
    this.next = next;
  }

  private LastSuccess task(String subject) {
    return subject.equals(TLS) ? tasks.tlsReload() : tasks.tokenReload();
  }

  @Override
  public void reloaded(String subject) {
    task(subject).success();
    next.reloaded(subject);
  }

  @Override
  public void failed(String subject, String why) {
    task(subject).failure();
    next.failed(subject, why);
  }
}
