package dev.holdfast.server.api;

import dev.holdfast.server.ledger.Ledger;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The way of a call: to the queue of changes, or to a thread that reads. */
final class Calls {
  private final Ledger ledger;
  private final ReaderThreads readers;
  private final Supplier<Executor> here;
  private final Ledger.Watch watch;

  /**
   * Calls on a ledger.
   *
   * @param here the thread that a call came in on, as one that takes its answer
   */
  Calls(Ledger ledger, ReaderThreads readers, Supplier<Executor> here, Ledger.Watch watch) {
    this.ledger = ledger;
    this.readers = readers;
    this.here = here;
    this.watch = watch;
  }

  /** Checks the words of a request. */
  interface Asked<T> {
    /**
     * What was asked for.
     *
     * @throws RejectedException where the words are wrong
     */
    T checked(Words words);
  }

  /** Sends a command through the queue; it is answered when it is durable. */
  <C extends Command, R> void change(
      StreamObserver<R> observer, Asked<C> asked, BiFunction<C, Outcome.Done, R> answer) {
    Call<R> call = new Call<>(observer);
    C command;
    try {
      command = check(asked);
    } catch (RejectedException e) {
      call.fail(e);
      return;
    }
    submit(call, command, answer);
  }

  /** Sends a command through the queue for a call that was opened before. */
  <C extends Command, R> void submit(
      Call<R> call, C command, BiFunction<C, Outcome.Done, R> answer) {
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

  /** Answers a question. */
  interface Read<Q, R> {
    /**
     * The answer.
     *
     * @throws RejectedException where there is none
     */
    R answer(LedgerReads reads, Q question);
  }

  /** Answers a question on one of the threads that read. */
  <Q, R> void read(StreamObserver<R> observer, Asked<Q> asked, Read<Q, R> read) {
    read(observer, readers.quick(), asked, read);
  }

  /** Answers a question that may take long, on a thread of its own kind. */
  <Q, R> void readLong(StreamObserver<R> observer, Asked<Q> asked, Read<Q, R> read) {
    read(observer, readers.slow(), asked, read);
  }

  private <Q, R> void read(
      StreamObserver<R> observer, ThreadPoolExecutor threads, Asked<Q> asked, Read<Q, R> read) {
    Call<R> call = new Call<>(observer);
    Q question;
    try {
      question = check(asked);
    } catch (RejectedException e) {
      call.fail(e);
      return;
    }
    execute(threads, call, reads -> call.answer(read.answer(reads, question)), () -> {});
  }

  /**
   * Does what may take long for a call that was opened before, on a thread of its own kind, which
   * answers the call or sees to it that it is answered.
   *
   * @param afterwards runs when the work is done, or is never going to be
   */
  <R> void workLong(Call<R> call, Consumer<LedgerReads> work, Runnable afterwards) {
    execute(readers.slow(), call, work, afterwards);
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
        watch.failed(e);
      }
      call.fail(e);
    }
  }

  /** What was asked for; throws where the words are wrong. */
  static <T> T check(Asked<T> asked) {
    Words words = new Words();
    T checked = asked.checked(words);
    words.check();
    return checked;
  }

  /** One call that waits for its one answer. To be made where the call comes in. */
  static final class Call<R> {
    private final ServerCallStreamObserver<R> observer;
    private final @Nullable Deadline deadline = Context.current().getDeadline();

    Call(StreamObserver<R> observer) {
      this.observer = (ServerCallStreamObserver<R>) observer;
      // With a handler set, an answer that comes too late is dropped instead of thrown back at us.
      this.observer.setOnCancelHandler(() -> {});
    }

    boolean abandoned() {
      return observer.isCancelled() || (deadline != null && deadline.isExpired());
    }

    void answer(R response) {
      observer.onNext(response);
      observer.onCompleted();
    }

    void fail(RuntimeException e) {
      observer.onError(Statuses.of(e));
    }
  }
}
