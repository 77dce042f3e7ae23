package dev.holdfast.server.ledger;

import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** The threads that commit, and the passing of time between attempts; a simulation has its own. */
interface CommitThreads extends AutoCloseable {
  /** Runs work as soon as a thread is free. */
  void execute(Runnable work);

  /** Runs short work about once a second from now on. */
  void everySecond(Runnable work);

  /** Waits after a number of failed attempts, randomly, so that servers do not collide again. */
  void backOff(int attempts);

  /** Ends the threads once all work is done. */
  @Override
  void close();

  /** Starts threads. */
  static CommitThreads of(int count) {
    return new Pool(count);
  }

  /** Real threads. */
  final class Pool implements CommitThreads {
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

    private final ThreadPoolExecutor committers;
    private final ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(daemons("ledger-timer"));

    private Pool(int count) {
      committers =
          new ThreadPoolExecutor(
              count,
              count,
              0,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              daemons("ledger-writer"));
    }

    private static ThreadFactory daemons(String name) {
      AtomicInteger number = new AtomicInteger();
      return work -> {
        int made = number.getAndIncrement();
        Thread thread = new Thread(work, made == 0 ? name : name + "-" + made);
        thread.setDaemon(true);
        return thread;
      };
    }

    @Override
    public void execute(Runnable work) {
      committers.execute(work);
    }

    @Override
    public void everySecond(Runnable work) {
      var unused = timer.scheduleWithFixedDelay(work, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void backOff(int attempts) {
      long mostNanos = Math.min(1_000_000L << attempts, LONGEST_PAUSE_NANOS);
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(mostNanos));
    }

    @Override
    public void close() {
      timer.shutdown();
      committers.shutdown();
    }
  }
}
