package dev.holdfast.server.runtime.admin;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Responds to a probe as in Kubernetes and etcd: {@code /NAME} with "ok" or the reason and status
 * 503, {@code /NAME?verbose} with a line for each check, {@code /NAME?exclude=CHECK} without a
 * check, and {@code /NAME/CHECK} with that check alone.
 */
public final class Probe implements AdminHandler {
  private static final int FAILED = 503;

  private final String name;
  private final Supplier<List<HealthCheck>> checks;

  /**
   * Makes a probe.
   *
   * @param name the name, which is the path without its slash
   * @param checks returns the checks in the order in which their reasons count
   */
  public Probe(String name, Supplier<List<HealthCheck>> checks) {
    this.name = name;
    this.checks = checks;
  }

  /**
   * Returns the probe {@code /livez}. Its only check is that the process responds: a restart helps
   * neither a full disk nor a failed store, and would end the reads that still work.
   */
  public static Probe liveness() {
    return new Probe("livez", () -> List.of(new HealthCheck("process", () -> "")));
  }

  /** Returns the probe {@code /readyz}. */
  public static Probe readiness(Readiness readiness) {
    return new Probe("readyz", readiness::checks);
  }

  @Override
  public @Nullable AdminResponse respond(AdminRequest request) {
    String root = "/" + name;
    if (!request.method().equals("GET")) {
      return null;
    } else if (request.path().equals(root)) {
      return all(request);
    } else if (!request.path().startsWith(root + "/")) {
      return null;
    }
    String one = request.path().substring(root.length() + 1);
    return checks.get().stream()
        .filter(check -> check.name().equals(one))
        .findFirst()
        .map(check -> response(check.failure()))
        .orElse(null);
  }

  private AdminResponse all(AdminRequest request) {
    List<String> excluded = request.query().getOrDefault("exclude", List.of());
    StringBuilder report = new StringBuilder();
    String reason = "";
    List<HealthCheck> all = checks.get();
    for (HealthCheck check : all) {
      if (excluded.contains(check.name())) {
        report.append("[+]").append(check.name()).append(" excluded: ok\n");
        continue;
      }
      String failure = check.failure();
      if (failure.isEmpty()) {
        report.append("[+]").append(check.name()).append(" ok\n");
      } else {
        report.append("[-]").append(check.name()).append(" failed: ").append(failure).append('\n');
        reason = reason.isEmpty() ? failure : reason;
      }
    }
    if (!request.query().containsKey("verbose")) {
      return response(reason);
    }
    for (String unknown : excluded) {
      if (all.stream().noneMatch(check -> check.name().equals(unknown))) {
        report.append("warn: there is no check '").append(unknown).append("' to exclude\n");
      }
    }
    report.append(name).append(reason.isEmpty() ? " check passed" : " check failed");
    return AdminResponse.text(reason.isEmpty() ? 200 : FAILED, report.toString());
  }

  private static AdminResponse response(String reason) {
    return reason.isEmpty() ? AdminResponse.text(200, "ok") : AdminResponse.text(FAILED, reason);
  }
}
