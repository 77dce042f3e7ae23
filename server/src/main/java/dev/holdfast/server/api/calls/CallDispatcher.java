package dev.holdfast.server.api.calls;

import com.google.protobuf.MessageLite;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;
import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.LedgerReads;
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

/** The way of a call: to the queue of changes, or to a thread that reads. */
public final class CallDispatcher {
  private final Ledger ledger;
  private final ReadExecutors readers;
  private final Supplier<Executor> here;
  private final LedgerListener listener;
  private final Answers answers;

  /**
   * CallDispatcher on a ledger.
   *
   * @param here the thread that a call came in on, as one that takes its answer
   */
  public CallDispatcher(
      Ledger ledger,
      ReadExecutors readers,
      Supplier<Executor> here,
      LedgerListener listener,
      Answers answers) {
    this.ledger = ledger;
    this.readers = readers;
    this.here = here;
    this.listener = listener;
    this.answers = answers;
  }

  /** A call that comes in, to be answered later. */
  public <R> Call<R> begin(StreamObserver<R> observer) {
    return new Call<>(observer, answers);
  }

  /** Sends a command through the queue; it is answered when it is durable. */
  public <C extends Command, R> void change(
      StreamObserver<R> observer, RequestParser<C> parser, BiFunction<C, Outcome.Done, R> answer) {
    change(begin(observer), parser, answer);
  }

  /**
   * The same for a command whose answer may be large. What is changed is answered, whatever the
   * answer's size, so the command is refused while too many answers wait to be sent.
   */
  public <C extends Command, R> void changeMany(
      StreamObserver<R> observer, RequestParser<C> parser, BiFunction<C, Outcome.Done, R> answer) {
    Call<R> call = begin(observer);
    if (isRefused(call)) {
      return;
    }
    change(call, parser, answer);
  }

  /** Refuses a call that may have a large answer, where there is no room for it. */
  public boolean isRefused(Call<?> call) {
    if (answers.hasRoom()) {
      return false;
    }
    call.fail(new RejectedException(answers.noRoom()));
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

  /** Sends a command through the queue for a call that was opened before. */
  public <C extends Command, R> void submit(
      Call<R> call, C command, BiFunction<C, Outcome.Done, R> answer) {
    submit(call, command, answer, outcome -> false);
  }

  /**
   * The same where some outcomes are not to be answered at once.
   *
   * @param takes whether it takes an outcome, and sees to it that the call is answered
   */
  public <C extends Command, R> void submit(
      Call<R> call, C command, BiFunction<C, Outcome.Done, R> answer, Predicate<Outcome> takes) {
    Executor answering = here.get();
    ledger.submit(
        command,
        new Ledger.Caller() {
          @Override
          public Executor answering() {
            return answering;
          }

          @Override
          public boolean abandoned() {
            return call.abandoned();
          }

          @Override
          public void answer(Outcome outcome) {
            if (takes.test(outcome)) {
              return;
            }
            if (outcome instanceof Outcome.Done done) {
              call.answer(answer.apply(command, done));
            } else if (outcome instanceof Rejection rejection) {
              call.fail(new RejectedException(rejection));
            } else {
              call.fail(new IllegalStateException("a rule is broken"));
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
  public <Q, R> void readMany(
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
    if (large && isRefused(call)) {
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
          // Those that were begun meanwhile may have taken the room.
          if (!large || !isRefused(call)) {
            call.answerIfRoom(handler.read(reads, query));
          }
        },
        () -> {});
  }

  /**
   * Does a Reconcile's work for a call that was begun before, on a thread for these, which answers
   * the call or sees to it that it is answered.
   *
   * @param afterwards runs when the work is done, or is never going to be
   */
  public <R> void reconcile(Call<R> call, Consumer<LedgerReads> work, Runnable afterwards) {
    execute(readers.reconciles(), call, work, afterwards);
  }

  /** Answers that nothing was changed, where it takes some time to put that into words. */
  public <R> void answerUnchanged(Call<R> call, Supplier<R> answer) {
    execute(readers.pointReads(), call, reads -> call.answerIfRoom(answer.get()), () -> {});
  }

  /** Goes through a request for the sale of a slot, on a thread for that, likewise. */
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
   * Parses and validates a request.
   *
   * @throws RejectedException where it is invalid
   */
  public static <T> T parse(RequestParser<T> parser) {
    RequestValidator validator = new RequestValidator();
    T parsed = parser.parse(validator);
    validator.throwIfInvalid();
    return parsed;
  }

  /** One call that waits for its one answer. To be made where the call comes in. */
  public static final class Call<R> {
    private final ServerCallStreamObserver<R> observer;
    private final Answers answers;
    private final @Nullable Deadline deadline = Context.current().getDeadline();
    private final ResettableCalls.@Nullable Reset reset = ResettableCalls.ofThisCall();
    private boolean answered;
    private boolean over;

    /** What of the answer waits to be sent, where it is large, and since when. */
    private int unsentBytes;

    private long unsentSinceNanos;

    private Call(StreamObserver<R> observer, Answers answers) {
      this.observer = (ServerCallStreamObserver<R>) observer;
      this.answers = answers;
      Runnable atTheEnd = this::over;
      // With a handler set, an answer that comes too late is dropped instead of thrown back at us.
      this.observer.setOnCancelHandler(atTheEnd);
      this.observer.setOnCloseHandler(atTheEnd);
      answers.begun();
    }

    /** The answer was sent, or nobody waits for it. Whoever sets handlers of his own calls this. */
    public void over() {
      int bytes;
      synchronized (this) {
        over = true;
        bytes = unsentBytes;
        unsentBytes = 0;
      }
      if (bytes > 0) {
        answers.sent(this, bytes);
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
      answers.answered();
    }

    boolean abandoned() {
      return observer.isCancelled() || (deadline != null && deadline.isExpired());
    }

    /** Answers what was changed. */
    public void answer(R response) {
      hold(response, true);
      send(response);
    }

    /** Answers what was asked, or refuses to where too many answers wait to be sent. */
    void answerIfRoom(R response) {
      if (hold(response, false)) {
        send(response);
      } else {
        fail(new RejectedException(answers.noRoom()));
      }
    }

    private synchronized boolean hold(R response, boolean always) {
      int bytes = ((MessageLite) response).getSerializedSize();
      if (bytes <= Answers.SMALL_BYTES || over) {
        return true;
      }
      if (always) {
        answers.takeAlways(this, bytes);
      } else if (!answers.take(this, bytes)) {
        return false;
      }
      unsentBytes = bytes;
      unsentSinceNanos = answers.nanos();
      return true;
    }

    private void send(R response) {
      observer.onNext(response);
      observer.onCompleted();
      answered();
    }

    void resetIfStalled(long nowNanos) {
      synchronized (this) {
        if (unsentBytes == 0 || nowNanos - unsentSinceNanos < Answers.STALLED_NANOS) {
          return;
        }
      }
      if (reset != null) {
        reset.reset("the answer was not taken in time");
      }
    }

    public void fail(RuntimeException e) {
      observer.onError(Statuses.of(e));
      answered();
    }
  }
}
