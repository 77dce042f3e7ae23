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
 * Changes that leave together: many as an Apply, a lone one as the single call. However the call
 * ends, each of them gets the answer or the error that it would have got alone.
 */
final class Batch {
  private final ChangeBatcher batcher;
  private final RepositoryQueue repositoryQueue;
  private final List<PendingChange<?, ?, ?>> members;
  private final AttemptTracer attempts;

  /** When the last of them gives up, which is when the wire does. */
  private final long deadlineNanos;

  /** {@code null} until it has started. */
  private volatile @Nullable ClientCall<?, ?> wire;

  private volatile boolean ended;

  /** Whether it was cancelled to be sent again without those whose deadline has passed. */
  private volatile boolean regrouping;

  /**
   * @param members at least one
   * @param attempts goes on from those that were made for these changes before
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

  // Out.

  /**
   * Starts the call.
   *
   * @return what {@link #failed} is to be told, where no locks are held; {@code null} for nothing
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
      // A caller that gave up meanwhile found no wire to cancel.
      cancelIfUnwanted();
      return null;
    } catch (RuntimeException | Error e) {
      // For example, an interceptor of the caller's threw.
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

  // While it is under way.

  /**
   * Fails those whose deadline has passed; the wire sees to the last of them.
   *
   * @return when to look again, in {@link System#nanoTime()}
   */
  long failLate(long nowNanos) {
    long next = deadlineNanos;
    if (ended) {
      // The answers are here, and are being given out.
      return next;
    }
    for (PendingChange<?, ?, ?> member : members) {
      if (member.isDone() || member.deadlineNanos() == deadlineNanos) {
        continue;
      }
      if (!member.isLate(nowNanos)) {
        next = member.deadlineNanos() - next < 0 ? member.deadlineNanos() : next;
      } else if (attempts.neverSent()) {
        // It may be sent any moment, unless it is cancelled first.
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
        .withDescription("CallOptions deadline exceeded, gathered with other calls")
        .asRuntimeException();
  }

  // Back.

  /** Gives out the answer, and lets the next batch leave. */
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
          // Because of one of them, or of their being many: each learns what it would have alone.
          sendAgain(waiting().stream().<List<PendingChange<?, ?, ?>>>map(List::of).toList());
          return;
        }
      }
    }
    answered(() -> members.forEach(member -> member.fail(failure, attempts)));
  }

  /** Returns those that still have time, and a caller that waits. */
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
