package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Takes commands from any thread, and makes them durable a batch at a time on one thread of its
 * own: whatever waits when a commit ends goes into the next one, so that many callers share one
 * sync of the disk and a lone one waits for nobody.
 */
public final class Ledger implements AutoCloseable {
  /** More changes than this in one batch would let the first of them wait for the last. */
  private static final int BATCH_CHANGES = 4096;

  /** Likewise of what is written, and held in memory while it is. */
  private static final long BATCH_BYTES = 8 << 20;

  /** What waits takes no more memory than this, and one large command. */
  static final long WAITING_BYTES = 64 << 20;

  /**
   * Commands of more than a batch wait in a room of their own, for so many changes in all and one
   * command at least, so that they keep nobody else from waiting.
   */
  private static final int LARGE_CHANGES = 200_000;

  /** A larger command asks for no more bytes than this, or it would only be taken alone. */
  private static final long LARGEST_SHARE_BYTES = 16 << 20;

  /**
   * More calls than this do not wait, however few changes they are: a call takes some kilobytes of
   * the transport's, and a server whose heap is full of those that wait gets nothing done.
   */
  static final int WAITING_CALLS = 16_384;

  /** How long after a failure the engine counts as failed. */
  private static final long RETRY_NANOS = 10_000_000_000L;

  /** How long the writer has nothing to do before it tends the engine. */
  private static final long TEND_MILLIS = 1000;

  private static final Executor ON_THE_WRITER = Runnable::run;

  private final LedgerStore store;
  private final LedgerClock clock;
  private final LeaseTime leaseTime;
  private final int waitingLimit;
  private final Watch watch;
  private final LinkedBlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger largeWaiting = new AtomicInteger();
  private final AtomicLong waitingBytes = new AtomicLong();

  /**
   * Commands of more than a batch, which the writer does one at a time, with what is small and came
   * later in between. So nobody waits for more than one of them.
   */
  private final Queue<Call> large = new ArrayDeque<>();

  private final Thread writer = new Thread(this::write, "ledger-writer");

  private volatile @Nullable Follower follower;

  /** When the engine last failed, in {@link System#nanoTime()}; meaningless unless it has. */
  private volatile long storeFailedNanos;

  private volatile boolean storeFailed;

  /** When the engine was begun to be waited for, in {@link System#nanoTime()}; null where not. */
  private volatile @Nullable Long waitingSinceNanos;

  private volatile boolean closed;

  /** Whether followers are still to be told of a commit whose outcome was unknown. */
  private boolean inDoubt;

  /** Who waits for a command. */
  public interface Caller {
    /**
     * Whether nobody waits any longer: the deadline passed, or the call was cancelled. Asked when
     * the command's turn has come; a command that is abandoned is dropped undone.
     */
    boolean abandoned();

    /** Takes the outcome, after it was made durable. Not called for what was abandoned. */
    void answer(Outcome outcome);

    /**
     * Who is to call {@link #answer} after a commit; asked when that is done. The outcomes of one
     * batch come to each of these all at once, because to wake a thread up costs more than they do.
     */
    default Executor answering() {
      return ON_THE_WRITER;
    }
  }

  /** Who is told what goes wrong. */
  public interface Watch {
    /** A transaction failed in the engine, after one that had not. */
    void storeFailed(StoreException e);

    /** A transaction succeeded again. */
    void storeRecovered();

    /** Something that is kept turned out to be damaged; what does not need it goes on. */
    void damaged(StoreException e);

    /** Reservations were released because their leases ran out. */
    void leasesExpired(long releasedCount, long releasedBytes);

    /** The wall's clock was set from one time to another, in microseconds since the epoch. */
    void clockSet(long fromMicros, long toMicros);

    /** Something failed that should not: a defect of this program, or a read in the engine. */
    void failed(RuntimeException e);
  }

  /** Who follows what is committed. Called by the writer, so it must be quick. */
  public interface Follower {
    /**
     * Changes were made durable; of one repository in the order of revisions.
     *
     * @param events what was booked, in the order of revisions; at least one
     */
    void committed(String repositoryId, List<Event> events);

    /** A commit failed, and nobody knows whether it was made; the store can tell now. */
    void inDoubt();
  }

  private sealed interface Entry {
    int size();

    long bytes();
  }

  private record Call(Command command, Caller caller, int size, long bytes) implements Entry {
    Call(Command command, Caller caller) {
      this(command, caller, command.size(), command.bytes());
    }
  }

  /** Something that is done in a transaction of its own, between batches. */
  private record Chore(ToIntFunction<LedgerStore.Transaction> work, CompletableFuture<Integer> done)
      implements Entry {
    @Override
    public int size() {
      return 1;
    }

    @Override
    public long bytes() {
      return Command.FEW_BYTES;
    }
  }

  private record Stop() implements Entry {
    @Override
    public int size() {
      return 0;
    }

    @Override
    public long bytes() {
      return 0;
    }
  }

  /**
   * A ledger on this store. It takes commands at once and commits them from {@link #start} on.
   *
   * @param clock the time by which it decides
   * @param waitingLimit how many changes may wait before more are refused with OVERLOADED
   */
  public Ledger(LedgerStore store, LedgerClock clock, int waitingLimit, Watch watch) {
    this.store = store;
    this.clock = clock;
    this.leaseTime = new LeaseTime(store, clock, watch);
    this.waitingLimit = waitingLimit;
    this.watch = watch;
  }

  /** Tells this one of every commit from now on, in place of the one before. */
  public void follow(Follower follower) {
    this.follower = follower;
  }

  /** Begins to commit. */
  public void start() {
    writer.start();
  }

  /** The books, to be read beside the queue. */
  public LedgerReads reads() {
    return store;
  }

  /** The time as the rules see it, in microseconds since the epoch. */
  public long nowMicros() {
    return clock.nowMicros();
  }

  /** A time that nobody sets, in nanoseconds. */
  long steadyNanos() {
    return clock.steadyNanos();
  }

  /**
   * Ensures that every lease has at least the smaller of its length and a minute left, and no more
   * than its length. For a start, as nobody could renew before.
   *
   * @throws StoreException where the store fails
   */
  public void giveGrace() {
    try {
      submitChore(
              transaction -> {
                leaseTime.giveGrace(transaction);
                return 0;
              })
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StoreException cause) {
        throw cause;
      }
      throw e;
    }
  }

  /**
   * Whether the last transaction failed in the engine, a moment ago. After that moment it is worth
   * another try: who is kept away for ever never learns that the disk has room again.
   */
  public boolean storeFailed() {
    return storeFailed && System.nanoTime() - storeFailedNanos < RETRY_NANOS;
  }

  /**
   * For how long the engine has been about to begin or to commit a transaction; 0 where it is not.
   *
   * @param nowNanos now, in {@link System#nanoTime()}
   */
  public long storeBusyNanos(long nowNanos) {
    Long since = waitingSinceNanos;
    return since == null ? 0 : nowNanos - since;
  }

  /** Queues a command. The answer may come before this returns, and on any thread. */
  public void submit(Command command, Caller caller) {
    Call call = new Call(command, caller);
    int before = waiting(call).getAndAdd(call.size());
    long bytesBefore = waitingBytes.getAndAdd(call.bytes());
    int limit = isLarge(call) ? LARGE_CHANGES : waitingLimit;
    // What is larger than the limit by itself is taken when nothing else waits.
    if ((before > 0 && before + call.size() > limit)
        || (bytesBefore > 0
            && bytesBefore + Math.min(call.bytes(), LARGEST_SHARE_BYTES) > WAITING_BYTES)
        || queue.size() >= WAITING_CALLS) {
      leave(call);
      caller.answer(Rejections.overloaded(before));
      return;
    }
    queue.add(call);
    answerLateComers();
  }

  private static boolean isLarge(Entry entry) {
    return entry.size() > BATCH_CHANGES;
  }

  /** The count of what waits where this does. */
  private AtomicInteger waiting(Entry entry) {
    return isLarge(entry) ? largeWaiting : waiting;
  }

  private void enter(Entry entry) {
    waiting(entry).addAndGet(entry.size());
    waitingBytes.addAndGet(entry.bytes());
    queue.add(entry);
    answerLateComers();
  }

  private void leave(Entry entry) {
    waiting(entry).addAndGet(-entry.size());
    waitingBytes.addAndGet(-entry.bytes());
  }

  /** Runs a command of the server's own and waits for the outcome. */
  public Outcome run(Command command) {
    return submitOwn(command).join();
  }

  /** Queues a command of the server's own, which is never refused for overload. */
  CompletableFuture<Outcome> submitOwn(Command command) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    Caller caller =
        new Caller() {
          @Override
          public boolean abandoned() {
            return false;
          }

          @Override
          public void answer(Outcome outcome) {
            done.complete(outcome);
          }
        };
    enter(new Call(command, caller));
    return done;
  }

  /** Queues work for a transaction of its own; completes exceptionally where that fails. */
  CompletableFuture<Integer> submitChore(ToIntFunction<LedgerStore.Transaction> work) {
    Chore chore = new Chore(work, new CompletableFuture<>());
    enter(chore);
    return chore.done();
  }

  /** Commits and answers what was submitted so far, and ends. */
  @Override
  public void close() {
    queue.add(new Stop());
    boolean interrupted = false;
    while (writer.isAlive()) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        // What was taken on is answered, whoever is in a hurry.
        interrupted = true;
      }
    }
    closed = true;
    answerLateComers();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Answers what was queued when nobody committed any more. */
  private void answerLateComers() {
    while (closed) {
      Entry late = queue.poll();
      if (late == null) {
        return;
      } else if (late instanceof Call call) {
        call.caller().answer(Rejections.draining());
      } else if (late instanceof Chore chore) {
        chore.done().completeExceptionally(new IllegalStateException("the ledger is closed"));
      }
    }
  }

  private void write() {
    List<Call> calls = new ArrayList<>();
    boolean stopped = false;
    while (!stopped || !large.isEmpty()) {
      @Nullable Entry next = stopped ? null : takeBatch(calls);
      while (!calls.isEmpty()) {
        commit(calls);
      }
      if (next instanceof Chore chore) {
        run(chore);
      }
      stopped |= next instanceof Stop;
      Call one = large.poll();
      if (one != null) {
        leave(one);
        calls.add(one);
        commit(calls);
      }
    }
  }

  /** Does what is due to leases before anything is decided; answers why that failed. */
  private @Nullable StoreException adjustLeases() {
    leaseTime.pulse();
    if (!leaseTime.isDue()) {
      return null;
    }
    waitingSinceNanos = System.nanoTime();
    try {
      leaseTime.adjust();
      succeeded();
      return null;
    } catch (StoreException e) {
      failed(e);
      return e;
    } catch (RuntimeException e) {
      watch.failed(e);
      return StoreException.notApplied("cannot adjust leases", e);
    } finally {
      waitingSinceNanos = null;
    }
  }

  /**
   * Waits for something to do, unless there are large commands, then takes what waits, up to about
   * a full batch.
   *
   * @return what came behind the calls and is to be done alone; null for nothing
   */
  private @Nullable Entry takeBatch(List<Call> calls) {
    long size = 0;
    long bytes = 0;
    Entry next = large.isEmpty() ? take() : queue.poll();
    while (next != null) {
      leave(next);
      if (!(next instanceof Call call)) {
        return next;
      }
      calls.add(call);
      size += call.size();
      bytes += call.bytes();
      next = size < BATCH_CHANGES && bytes < BATCH_BYTES ? queue.poll() : null;
    }
    return null;
  }

  private Entry take() {
    try {
      while (true) {
        Entry next = queue.poll(TEND_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          return next;
        }
        tend();
        if (!storeFailed) {
          var unused = adjustLeases();
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the ledger's writer", e);
    }
  }

  /** Commits and answers the first of these calls, as many as make a batch, and takes them out. */
  private void commit(List<Call> waiting) {
    waiting.removeIf(call -> call.caller().abandoned());
    if (waiting.isEmpty()) {
      return;
    }
    if (adjustLeases() != null) {
      // Whatever became of the leases, none of these was decided.
      answer(waiting, Collections.nCopies(waiting.size(), Rejections.storeUnavailable(false)));
      waiting.clear();
      return;
    }
    List<Call> calls = waiting;
    boolean answered = false;
    try (LedgerStore.Transaction transaction = begin()) {
      calls = waiting.subList(0, batchSize(transaction, waiting));
      Batch batch = new Batch(transaction, nowMicros());
      List<Outcome> outcomes = batch.run(calls.stream().map(Call::command).toList());
      if (batch.changed()) {
        commit(transaction);
      }
      succeeded();
      outcomes.forEach(this::tellIfBroken);
      tellFollower(batch.booked());
      answered = true;
      // Before the transaction is closed: nobody waits for what the engine still does then.
      answer(calls, outcomes);
    } catch (StoreException e) {
      if (e.damage() != null && calls.size() > 1) {
        // Only the call that needs what is damaged is to be refused.
        commit(calls.subList(0, calls.size() / 2));
        commit(calls.subList(calls.size() / 2, calls.size()));
        return;
      }
      failed(e);
      if (!answered) {
        Outcome unavailable = e.rejection();
        answer(calls, Collections.nCopies(calls.size(), unavailable));
      }
    } catch (RuntimeException e) {
      watch.failed(e);
      if (!answered) {
        answer(calls, Collections.nCopies(calls.size(), new Outcome.Broken(e)));
      }
    }
    // A view of those that wait, which so go on without these.
    calls.clear();
  }

  /**
   * How many of these calls, the first of them, are one batch. Takes those out that are more than a
   * batch by themselves, unless there is no other.
   */
  private int batchSize(LedgerStore.Transaction transaction, List<Call> calls) {
    long size = 0;
    long bytes = 0;
    int count = 0;
    while (count < calls.size()) {
      Call call = calls.get(count);
      long changes = changeCount(transaction, call);
      if (changes > BATCH_CHANGES && calls.size() > 1) {
        calls.remove(count);
        waiting(call).addAndGet(call.size());
        waitingBytes.addAndGet(call.bytes());
        large.add(call);
        continue;
      }
      size += changes;
      bytes += call.bytes();
      if (count > 0 && (size > BATCH_CHANGES || bytes > BATCH_BYTES)) {
        break;
      }
      count++;
    }
    return count;
  }

  /** How many changes a call may make; more than a batch where it is more. */
  private static long changeCount(LedgerStore.Transaction transaction, Call call) {
    long count = call.size();
    for (Map.Entry<String, Integer> request : call.command().requests().entrySet()) {
      count +=
          transaction.reservationCount(
              call.command().repositoryId(),
              request.getKey(),
              Math.min(request.getValue(), BATCH_CHANGES + 1));
    }
    return count;
  }

  private LedgerStore.Transaction begin() {
    waitingSinceNanos = System.nanoTime();
    try {
      return store.begin();
    } finally {
      waitingSinceNanos = null;
    }
  }

  private void commit(LedgerStore.Transaction transaction) {
    waitingSinceNanos = System.nanoTime();
    try {
      transaction.commit();
      leaseTime.committed();
    } finally {
      waitingSinceNanos = null;
    }
  }

  private void answer(List<Call> calls, List<Outcome> outcomes) {
    Map<Executor, List<Runnable>> answers = new HashMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Caller caller = calls.get(i).caller();
      Outcome outcome = outcomes.get(i);
      answers
          .computeIfAbsent(caller.answering(), executor -> new ArrayList<>(calls.size()))
          .add(() -> caller.answer(outcome));
    }
    answers.forEach(
        (executor, some) -> attempt(() -> executor.execute(() -> some.forEach(this::answer))));
  }

  /**
   * Answers one caller. Whatever that throws, the others of the batch still wait for their answers,
   * and a thread of the network would keep an error to itself.
   */
  private void answer(Runnable one) {
    try {
      attempt(one);
    } catch (Error e) {
      watch.failed(new IllegalStateException("a caller could not be answered", e));
    }
  }

  private void tellFollower(Map<String, List<Event>> booked) {
    Follower told = follower;
    if (told != null) {
      booked.forEach((id, events) -> attempt(() -> told.committed(id, events)));
    }
  }

  /** What others do with what they are told must not spoil what was committed. */
  private void attempt(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      watch.failed(e);
    }
  }

  private void run(Chore chore) {
    @Nullable StoreException failure = adjustLeases();
    if (failure != null) {
      chore.done().completeExceptionally(failure);
      return;
    }
    try (LedgerStore.Transaction transaction = begin()) {
      int done = chore.work().applyAsInt(transaction);
      commit(transaction);
      succeeded();
      chore.done().complete(done);
    } catch (StoreException e) {
      failed(e);
      chore.done().completeExceptionally(e);
    } catch (RuntimeException e) {
      watch.failed(e);
      chore.done().completeExceptionally(e);
    }
  }

  private void tellIfBroken(Outcome outcome) {
    if (outcome instanceof Outcome.Broken broken) {
      watch.failed(broken.cause());
    }
  }

  private void failed(StoreException e) {
    if (e.damage() != null) {
      watch.damaged(e);
      return;
    }
    note(e);
    if (e.outcomeUnknown()) {
      inDoubt = true;
      tend();
    }
  }

  private void note(StoreException e) {
    leaseTime.failed();
    storeFailedNanos = System.nanoTime();
    if (!storeFailed) {
      storeFailed = true;
      watch.storeFailed(e);
    }
  }

  private void succeeded() {
    if (storeFailed) {
      storeFailed = false;
      watch.storeRecovered();
    }
    tellOfDoubt();
  }

  private void tend() {
    waitingSinceNanos = System.nanoTime();
    try {
      store.tend();
      tellOfDoubt();
    } catch (StoreException e) {
      note(e);
    } catch (RuntimeException e) {
      watch.failed(e);
    } finally {
      waitingSinceNanos = null;
    }
  }

  /** Only after the engine can tell what became of the commit. */
  private void tellOfDoubt() {
    Follower told = follower;
    if (inDoubt && told != null) {
      attempt(told::inDoubt);
    }
    inDoubt = false;
  }
}
