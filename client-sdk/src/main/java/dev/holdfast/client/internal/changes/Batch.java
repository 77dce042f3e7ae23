package dev.holdfast.client.internal.changes;

import dev.holdfast.client.internal.wire.AttemptTracer;
import dev.holdfast.client.internal.wire.OneAnswer;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A batch of changes: sends several as an Apply, one as the single call. Each change gets the
 * answer or the error that it would get alone, however the call ends.
 */
final class Batch {
  private final ChangeBatcher batcher;
  private final RepositoryQueue repositoryQueue;
  private final List<PendingChange<?, ?, ?>> members;
  private final AttemptTracer attempts;

  /** The latest deadline of the changes, which is that of the wire. */
  private final long deadlineNanos;

  /** {@code null} until it has started. */
  private volatile @Nullable ClientCall<?, ?> wire;

  private volatile boolean ended;

  /** Whether it was cancelled to be sent again without the changes whose deadline has passed. */
  private volatile boolean regrouping;

  /**
   * @param members at least one
   * @param attempts continues the count of earlier attempts of these changes
   */
  Batch(
      ChangeBatcher batcher,
      RepositoryQueue repositoryQueue,
      List<PendingChange<?, ?, ?>> members,
      AttemptTracer attempts) {
    this.batcher = batcher;
    this.repositoryQueue = repositoryQueue;
    this.members = members;
    this.attempts = attempts;
    long last = members.get(0).deadlineNanos();
    for (PendingChange<?, ?, ?> member : members) {
      if (member.deadlineNanos() - last > 0) {
        last = member.deadlineNanos();
      }
    }
    deadlineNanos = last;
    members.forEach(member -> member.leaveWith(this));
  }

  RepositoryQueue repositoryQueue() {
    return repositoryQueue;
  }

  // Start.

  /**
   * Starts the call.
   *
   * @return the failure to pass to {@link #failed} when no locks are held; {@code null} for none
   */
  @Nullable Throwable start(Channel channel, CallOptions options) {
    CallOptions timed =
        options
            .withDeadlineAfter(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)
            .withStreamTracerFactory(attempts);
    // The flushing thread's Context must not lend its deadline or credentials to other callers'
    // changes.
    Context before = Context.ROOT.attach();
    try {
      wire =
          members.size() == 1
              ? members.get(0).startAlone(channel, timed, this)
              : startApply(channel, timed);
      // A caller that gave up meanwhile had no call to cancel.
      cancelIfUnwanted();
      return null;
    } catch (RuntimeException | Error e) {
      // For example, an interceptor of the caller threw.
      return e;
    } finally {
      Context.ROOT.detach(before);
    }
  }

  private ClientCall<?, ?> startApply(Channel channel, CallOptions timed) {
    ApplyRequest.Builder request =
        ApplyRequest.newBuilder().setRepositoryId(repositoryQueue.repositoryId);
    for (PendingChange<?, ?, ?> member : members) {
      member.addTo(request);
    }
    ClientCall<ApplyRequest, ApplyResponse> call =
        channel.newCall(ReservationsServiceGrpc.getApplyMethod(), timed);
    ClientCalls.asyncUnaryCall(call, request.build(), new OneAnswer<>(this::applied, this::failed));
    return call;
  }

  /** Cancels the call when nobody waits for any answer. */
  void cancelIfUnwanted() {
    ClientCall<?, ?> started = wire;
    if (started == null || ended) {
      return;
    }
    for (PendingChange<?, ?, ?> member : members) {
      if (!member.isDone()) {
        return;
      }
    }
    started.cancel("the futures were cancelled or completed by their users", null);
  }

  // In flight.

  /**
   * Fails the changes whose deadline has passed; the wire ends the last of them.
   *
   * @return the time of the next check, in {@link System#nanoTime()}
   */
  long failLate(long nowNanos) {
    long next = deadlineNanos;
    if (ended) {
      // The answers have come and are being delivered.
      return next;
    }
    for (PendingChange<?, ?, ?> member : members) {
      if (member.isDone() || member.deadlineNanos() == deadlineNanos) {
        continue;
      }
      if (!member.isLate(nowNanos)) {
        next = member.deadlineNanos() - next < 0 ? member.deadlineNanos() : next;
      } else if (attempts.neverSent()) {
        // It may be sent at any moment unless it is cancelled first.
        ClientCall<?, ?> started = wire;
        if (started != null) {
          regrouping = true;
          started.cancel("the deadline of some has passed before there was a connection", null);
        }
        return next;
      } else {
        member.fail(late(), attempts);
      }
    }
    return next;
  }

  static StatusRuntimeException late() {
    return Status.DEADLINE_EXCEEDED
        .withDescription("CallOptions deadline exceeded, batched with other calls")
        .asRuntimeException();
  }

  // Answers.

  /** Delivers the answer, and lets the next batch be sent. */
  void answered(Runnable giveOut) {
    ended = true;
    batcher.returned(this, giveOut);
  }

  private void applied(ApplyResponse response) {
    if (response.getResultsCount() != members.size()) {
      failed(
          Status.INTERNAL
              .withDescription(
                  "%d operations were answered with %d results"
                      .formatted(members.size(), response.getResultsCount()))
              .asRuntimeException());
      return;
    }
    answered(
        () -> {
          for (int i = 0; i < members.size(); i++) {
            members.get(i).take(response.getResults(i), attempts);
          }
        });
  }

  /** Handles the failure of the whole call. */
  void failed(Throwable failure) {
    ended = true;
    if (members.size() > 1 && failure instanceof StatusRuntimeException e) {
      switch (e.getStatus().getCode()) {
        case UNAVAILABLE, DEADLINE_EXCEEDED -> {}
        case CANCELLED -> {
          if (regrouping) {
            List<PendingChange<?, ?, ?>> waiting = waiting();
            sendAgain(waiting.isEmpty() ? List.of() : List.of(waiting));
            return;
          }
        }
        default -> {
          // Caused by one change or by their number: each change is sent alone.
          sendAgain(waiting().stream().<List<PendingChange<?, ?, ?>>>map(List::of).toList());
          return;
        }
      }
    }
    answered(() -> members.forEach(member -> member.fail(failure, attempts)));
  }

  /** Returns the changes that have time left and a waiting caller. */
  private List<PendingChange<?, ?, ?>> waiting() {
    long now = System.nanoTime();
    List<PendingChange<?, ?, ?>> waiting = new ArrayList<>();
    for (PendingChange<?, ?, ?> member : members) {
      if (member.isLate(now)) {
        member.fail(late(), attempts);
      } else if (!member.isDone()) {
        waiting.add(member);
      }
    }
    return waiting;
  }

  private void sendAgain(List<List<PendingChange<?, ?, ?>>> groups) {
    batcher.replace(
        this,
        groups.stream()
            .map(group -> new Batch(batcher, repositoryQueue, group, attempts.copy()))
            .toList());
  }
}
