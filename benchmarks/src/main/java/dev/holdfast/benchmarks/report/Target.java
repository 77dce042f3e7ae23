package dev.holdfast.benchmarks.report;

/** The claims: each is a ratio of two programs that were measured in turn. */
public enum Target {
  T1_64("unary at 64 in flight, holdfast / echo", ">= 0.90"),
  T1_256("unary at 256 in flight, holdfast / echo", ">= 0.90"),
  T2("median at 1 in flight, holdfast / (echo + a bare commit of a row)", "<= 1.3"),
  T3("batches of 1,000, 4 in flight, holdfast / rows on a table of the same age", ">= 0.8"),
  T4("the SDK's asynchronous calls at 256 in flight, holdfast / echo", ">= 1.5"),
  T5("unary at 64 in flight, most live reservations / 1,000", ">= 0.7"),
  T6_naive("unary at 64 in flight, holdfast / naive", ">= 10"),
  T6_function("unary at 64 in flight, holdfast / function", ">= 10"),
  T7("PostgreSQL engine at 64 in flight, holdfast / function on the same server", ">= 8"),
  T7_two_own(
      "PostgreSQL engine at 64 in flight, 2 servers with a repository each / 1 server with both",
      ">= 1.6"),
  T7_two_shared(
      "PostgreSQL engine at 64 in flight, 2 servers with one repository / 1 server", ">= 0.8"),
  T8("unary at 64 in flight, with TLS, tokens and metrics / plain", ">= 0.85"),
  T8_metrics("unary at 64 in flight, with metrics, scraped every second / without", ">= 0.97"),
  T10_reconcile("p99 of others while 200,000 slots are reconciled / quiet", "<= 5"),
  T10_end_request("p99 of others while a request of 200,000 slots ends / quiet", "<= 5"),
  T10_verify("p99 of others while 10,000,000 reservations are verified / quiet", "<= 5"),
  T10_backup("p99 of others while 10,000,000 reservations are backed up / quiet", "<= 5"),
  T10_watch("p99 of others while 10,000 subscribers watch / quiet", "<= 5");

  private final String meaning;
  private final String goal;

  Target(String meaning, String goal) {
    this.meaning = meaning;
    this.goal = goal;
  }

  /** Returns the two programs and the load. */
  public String meaning() {
    return meaning;
  }

  /** Returns the target of the ratio. */
  public String goal() {
    return goal;
  }
}
