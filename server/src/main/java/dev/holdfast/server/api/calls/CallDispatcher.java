package dev.holdfast.server.api.calls;

import com.google.protobuf.MessageLite;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;
import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Dispatches each call to the command queue or to a read thread. */
public final class CallDispatcher {
  private final Ledger ledger;
  private final ReadExecutors readers;
  private final Supplier<Executor> answerExecutor;
  private final LedgerListener listener;
  private final PendingResponses responses;

  /**
   * Makes a dispatcher for a ledger.
   *
   * @param answerExecutor returns an executor for the current call's answer, on the thread that
   *     received the call
   */
  public CallDispatcher(
      Ledger ledger,
      ReadExecutors readers,
      Supplier<Executor> answerExecutor,
      LedgerListener listener,
      PendingResponses responses) {
    this.ledger = ledger;
    this.readers = readers;
    this.answerExecutor = answerExecutor;
    this.listener = listener;
    this.responses = responses;
  }

  /** Returns the receiver of failures and of what was found. */
  public LedgerListener listener() {
    return listener;
  }

  /** Registers an incoming call, which is answered later. */
  public <R> Call<R> begin(StreamObserver<R> observer) {
    return new Call<>(observer, responses);
  }

  /** Queues a command; the call is answered once the command is durable. */
  public <C extends Command, R> void change(
      StreamObserver<R> observer, RequestParser<C> parser, BiFunction<C, Outcome.Done, R> answer) {
    change(begin(observer), parser, answer);
  }

  /**
   * Queues a command whose response may be large. A committed change is answered whatever the size
   * of the response, so the command is rejected beforehand while too many responses wait to be
   * sent.
   */
  public <C extends Command, R> void changeLarge(
      StreamObserver<R> observer, RequestParser<C> parser, BiFunction<C, Outcome.Done, R> answer) {
    Call<R> call = begin(observer);
    if (rejectIfOverBudget(call)) {
      return;
    }
    change(call, parser, answer);
  }

  /**
   * Rejects a call with a possibly large response if the budget is exhausted. Returns whether it
   * did.
   */
  public boolean rejectIfOverBudget(Call<?> call) {
    if (responses.hasBudget()) {
      return false;
    }
    call.fail(new RejectedException(responses.overBudget()));
    return true;
  }

  private <C extends Command, R> void change(
      Call<R> call, RequestParser<C> parser, BiFunction<C, Outcome.Done, R> answer) {
    C command;
    try {
      command = parse(parser);
    } catch (RejectedException e) {
      call.fail(e);
      return;
    }
    submit(call, command, answer);
  }

  /** Queues a command for a registered call. */
  public <C extends Command, R> void submit(
      Call<R> call, C command, BiFunction<C, Outcome.Done, R> answer) {
    submit(call, command, answer, outcome -> false);
  }

  /**
   * Queues a command for a registered call; some outcomes are handled elsewhere.
   *
   * @param handler returns true for an outcome that it handles itself; it then ensures that the
   *     call is answered
   */
  public <C extends Command, R> void submit(
      Call<R> call, C command, BiFunction<C, Outcome.Done, R> answer, Predicate<Outcome> handler) {
    Executor executor = answerExecutor.get();
    @Nullable CommitNote note = CommitNote.OF_CALL.get();
    ledger.submit(
        command,
        new Ledger.Caller() {
          @Override
          public Executor answering() {
            return executor;
          }

          @Override
          public boolean abandoned() {
            return call.abandoned();
          }

          @Override
          public void committed() {
            if (note != null) {
              note.committed();
            }
          }

          @Override
          public void answer(Outcome outcome) {
            if (handler.test(outcome)) {
              return;
            }
            if (outcome instanceof Outcome.Done done) {
              call.answer(answer.apply(command, done));
            } else if (outcome instanceof Rejection rejection) {
              call.fail(new RejectedException(rejection));
            } else {
              call.fail(new IllegalStateException("a rule threw an exception"));
            }
          }
        });
  }

  /** Runs a read with a small response. */
  public <Q, R> void read(
      StreamObserver<R> observer, RequestParser<Q> parser, ReadHandler<Q, R> handler) {
    read(begin(observer), readers.pointReads(), parser, handler, false);
  }

  /** Runs a read whose response may be large. */
  public <Q, R> void readLarge(
      StreamObserver<R> observer, RequestParser<Q> parser, ReadHandler<Q, R> handler) {
    read(begin(observer), readers.pointReads(), parser, handler, true);
  }

  /** Runs a read that may take long, on the thread for scans. */
  public <Q, R> void readLong(
      StreamObserver<R> observer, RequestParser<Q> parser, ReadHandler<Q, R> handler) {
    read(begin(observer), readers.scans(), parser, handler, false);
  }

  private <Q, R> void read(
      Call<R> call,
      ThreadPoolExecutor threads,
      RequestParser<Q> parser,
      ReadHandler<Q, R> handler,
      boolean large) {
    if (large && rejectIfOverBudget(call)) {
      return;
    }
    Q query;
    try {
      query = parse(parser);
    } catch (RejectedException e) {
      call.fail(e);
      return;
    }
    execute(
        threads,
        call,
        reads -> {
          // Reads that started meanwhile may have used up the budget.
          if (!large || !rejectIfOverBudget(call)) {
            call.answerWithinBudget(handler.read(reads, query));
          }
        },
        () -> {});
  }

  /**
   * Runs the work of a Reconcile for a registered call on the reconcile thread. The work ensures
   * that the call is answered.
   *
   * @param afterwards runs after the work, also if the work never starts
   */
  public <R> void reconcile(Call<R> call, Consumer<LedgerReads> work, Runnable afterwards) {
    execute(readers.reconciles(), call, work, afterwards);
  }

  /**
   * Sends a response that changed nothing, on a read thread because the conversion takes some time.
   */
  public <R> void answerUnchanged(Call<R> call, Supplier<R> answer) {
    execute(readers.pointReads(), call, reads -> call.answerWithinBudget(answer.get()), () -> {});
  }

  /** Draws slots for a sale on the slot-draw thread, like {@link #reconcile}. */
  public <R> void drawSlots(Call<R> call, Consumer<LedgerReads> work, Runnable afterwards) {
    execute(readers.slotDraws(), call, work, afterwards);
  }

  private <R> void execute(
      ThreadPoolExecutor threads, Call<R> call, Consumer<LedgerReads> work, Runnable afterwards) {
    try {
      threads.execute(
          () -> {
            try {
              run(call, work);
            } finally {
              afterwards.run();
            }
          });
    } catch (RejectedExecutionException e) {
      afterwards.run();
      call.fail(new RejectedException(Rejections.overloaded(threads.getQueue().size())));
    }
  }

  private <R> void run(Call<R> call, Consumer<LedgerReads> work) {
    if (call.abandoned()) {
      return;
    }
    try {
      work.accept(ledger.reads());
    } catch (RuntimeException e) {
      if (!(e instanceof RejectedException)) {
        listener.failed(e);
      }
      call.fail(e);
    }
  }

  /**
   * Notes the revision that a client named, which may be higher than the repository's: the client
   * may have seen a newer store.
   */
  public void noteNamed(String repositoryId, long named, long revision) {
    if (named > revision) {
      listener.namedFuture(repositoryId, named, revision);
    }
  }

  /**
   * Parses and validates a request.
   *
   * @throws RejectedException if the request is invalid
   */
  public static <T> T parse(RequestParser<T> parser) {
    RequestValidator validator = new RequestValidator();
    T parsed = parser.parse(validator);
    validator.throwIfInvalid();
    return parsed;
  }

  /**
   * A call that waits for its one response. Must be created on the thread that received the call.
   */
  public static final class Call<R> {
    private final ServerCallStreamObserver<R> observer;
    private final PendingResponses responses;
    private final @Nullable Deadline deadline = Context.current().getDeadline();
    private final ResettableCalls.@Nullable Reset reset = ResettableCalls.ofThisCall();
    private boolean answered;
    private boolean over;

    /**
     * The counted bytes of the response that are not sent yet, and the time at which they were
     * written.
     */
    private int unsentBytes;

    private long unsentSinceNanos;

    private Call(StreamObserver<R> observer, PendingResponses responses) {
      this.observer = (ServerCallStreamObserver<R>) observer;
      this.responses = responses;
      Runnable onEnd = this::over;
      // With a handler set, gRPC drops a late response instead of throwing an exception.
      this.observer.setOnCancelHandler(onEnd);
      this.observer.setOnCloseHandler(onEnd);
      responses.callStarted();
    }

    /**
     * Ends the call: its response was sent, or its client is gone. Code that replaces the
     * observer's handlers must call this.
     */
    public void over() {
      int bytes;
      synchronized (this) {
        over = true;
        bytes = unsentBytes;
        unsentBytes = 0;
      }
      if (bytes > 0) {
        responses.release(this, bytes);
      }
      answered();
    }

    private void answered() {
      synchronized (this) {
        if (answered) {
          return;
        }
        answered = true;
      }
      responses.callAnswered();
    }

    boolean abandoned() {
      return observer.isCancelled() || (deadline != null && deadline.isExpired());
    }

    /** Sends the response of a committed change. */
    public void answer(R response) {
      reserve(response, true);
      send(response);
    }

    /** Sends the response of a read, or rejects the call if the budget is exhausted. */
    void answerWithinBudget(R response) {
      if (reserve(response, false)) {
        send(response);
      } else {
        fail(new RejectedException(responses.overBudget()));
      }
    }

    private synchronized boolean reserve(R response, boolean always) {
      int bytes = ((MessageLite) response).getSerializedSize();
      if (bytes <= PendingResponses.UNCOUNTED_BYTES || over) {
        return true;
      }
      if (always) {
        responses.reserve(this, bytes);
      } else if (!responses.tryReserve(this, bytes)) {
        return false;
      }
      unsentBytes = bytes;
      unsentSinceNanos = responses.nanos();
      return true;
    }

    private void send(R response) {
      observer.onNext(response);
      observer.onCompleted();
      answered();
    }

    void resetIfStalled(long nowNanos) {
      synchronized (this) {
        if (unsentBytes == 0 || nowNanos - unsentSinceNanos < PendingResponses.STALLED_NANOS) {
          return;
        }
      }
      if (reset != null) {
        reset.reset("the response was not read in time");
      }
    }

    public void fail(RuntimeException e) {
      observer.onError(Statuses.of(e));
      answered();
    }
  }
}
