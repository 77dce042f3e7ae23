package dev.holdfast.benchmarks.load;

/** Time that passes only when somebody waits for it, or takes it. */
final class FakeTicker implements Ticker {
  private long nanos;

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void waitUntil(long time) {
    nanos = Math.max(nanos, time);
  }

  void take(long more) {
    nanos += more;
  }
}
