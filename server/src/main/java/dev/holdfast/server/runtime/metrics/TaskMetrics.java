package dev.holdfast.server.runtime.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** Measures what is done from time to time: backups, verifications and reloads of files. */
public final class TaskMetrics {
  private final PrometheusRegistry registry;
  private final LastSuccess verify;
  private final LastSuccess tlsReload;
  private final LastSuccess tokenReload;
  private volatile DoubleSupplier lastBackup = () -> 0;

  /** The numbers of problems of the repositories whose last verification found some. */
  private final Map<String, Integer> problems = new ConcurrentHashMap<>();

  TaskMetrics(PrometheusRegistry registry, InstantSource clock) {
    this.registry = registry;
    Counter results =
        Counter.builder()
            .name("holdfast_tasks_total")
            .help("Verifications and reloads of files since the start, by result.")
            .labelNames("task", "result")
            .register(registry);
    verify = task(results, clock, "verify");
    tlsReload = task(results, clock, "tls_reload");
    tokenReload = task(results, clock, "token_reload");
    GaugeWithCallback.builder()
        .name("holdfast_last_success_timestamp_seconds")
        .help(
            "Time of the last success, in seconds since the epoch; 0 for none. Of verifications and"
                + " reloads, since the start.")
        .labelNames("task")
        .callback(
            callback -> {
              callback.call(lastBackup.getAsDouble(), "backup");
              callback.call(verify.seconds(), "verify");
              callback.call(tlsReload.seconds(), "tls_reload");
              callback.call(tokenReload.seconds(), "token_reload");
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("holdfast_last_reload_ok")
        .help("1 if the files are in use as they are now, 0 while the last change is unusable.")
        .labelNames("task")
        .callback(
            callback -> {
              callback.call(tlsReload.ok() ? 1 : 0, "tls_reload");
              callback.call(tokenReload.ok() ? 1 : 0, "token_reload");
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("holdfast_verify_problems")
        .help("Differences that the last verification of each repository found; 0 if all balance.")
        .callback(callback -> callback.call(problems.values().stream().mapToDouble(n -> n).sum()))
        .register(registry);
  }

  private static LastSuccess task(Counter results, InstantSource clock, String name) {
    return new LastSuccess(
        results.labelValues(name, "success"), results.labelValues(name, "failure"), clock);
  }

  /**
   * Reports backups from now on. They are taken by another process.
   *
   * @param seconds returns the time of the last one, in seconds since the epoch; 0 for none. Called
   *     for each scrape
   */
  public void backups(DoubleSupplier seconds) {
    lastBackup = seconds;
  }

  /** Returns the record of reloads of certificates and keys. */
  public LastSuccess tlsReload() {
    return tlsReload;
  }

  /** Returns the record of reloads of the tokens file. */
  public LastSuccess tokenReload() {
    return tokenReload;
  }

  /**
   * Reports when the first certificate expires, from now on.
   *
   * @param expires returns the first end of validity among the certificates in use
   */
  public void certificate(Supplier<Instant> expires) {
    GaugeWithCallback.builder()
        .name("holdfast_certificate_expiry_timestamp_seconds")
        .help(
            "First end of validity among the server's certificates and the client authorities, in"
                + " seconds since the epoch.")
        .callback(callback -> callback.call((double) expires.get().getEpochSecond()))
        .register(registry);
  }

  /** Records a verification of the books of a repository. */
  void verified(String repositoryId, int problemCount) {
    if (problemCount == 0) {
      problems.remove(repositoryId);
      verify.success();
    } else {
      problems.put(repositoryId, problemCount);
      verify.failure();
    }
  }
}
