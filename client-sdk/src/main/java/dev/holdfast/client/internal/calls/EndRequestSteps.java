package dev.holdfast.client.internal.calls;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.internal.changes.BatchableChange;
import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.results.OperationResult;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Ends a request with more slots than one transaction of the server releases: sends it again, under
 * its one operation id, until no slot is left. Each step has the deadline of a call.
 */
public final class EndRequestSteps {
  private final Transport transport;

  public EndRequestSteps(Transport transport) {
    this.transport = transport;
  }

  /**
   * The outcome of a step.
   *
   * @param ended the counts of all steps so far
   */
  record Step(RequestEnded ended, boolean more) {
    static Step of(EndRequestResponse message) {
      return new Step(ProtoMapper.requestEnded(message), message.getMore());
    }
  }

  /**
   * The outcome of an Apply.
   *
   * @param unfinished the positions of the EndRequests that have slots left
   */
  record Applied(List<OperationResult> results, List<Integer> unfinished) {}

  public RequestEnded all(EndRequest change) {
    Step first = transport.send(call(change));
    return first.more() ? rest(change) : first.ended();
  }

  /** Makes the steps after the first. */
  private RequestEnded rest(EndRequest change) {
    try {
      Step step = transport.send(call(change));
      while (step.more()) {
        step = transport.send(call(change));
      }
      return step.ended();
    } catch (HoldfastException e) {
      throw broken(change, e);
    }
  }

  public CompletableFuture<RequestEnded> allAsync(EndRequest change) {
    CompletableFuture<Step> first =
        transport.sendBatched(call(change), BatchableChange.END_REQUEST, change.repositoryId());
    CompletableFuture<RequestEnded> ended = new CompletableFuture<>();
    follow(ended, first, change, false);
    return ended;
  }

  /**
   * Completes the future with the outcome of the last step; cancels the step if the user ends the
   * future.
   */
  private void follow(
      CompletableFuture<RequestEnded> ended,
      CompletableFuture<Step> step,
      EndRequest change,
      boolean begun) {
    CompletableFuture<RequestEnded> unusedEnd =
        ended.whenComplete((value, failure) -> step.cancel(false));
    CompletableFuture<Step> unused =
        step.whenComplete(
            (done, failure) -> {
              if (failure != null) {
                ended.completeExceptionally(
                    begun && failure instanceof HoldfastException e ? broken(change, e) : failure);
              } else if (!done.more()) {
                ended.complete(done.ended());
              } else if (!ended.isDone()) {
                attempt(
                    ended, () -> follow(ended, transport.sendAsync(call(change)), change, true));
              }
            });
  }

  /** Fails the future if the next step cannot begin, for example because the client was closed. */
  private static void attempt(CompletableFuture<?> ended, Runnable next) {
    try {
      next.run();
    } catch (RuntimeException e) {
      ended.completeExceptionally(e);
    }
  }

  public List<OperationResult> apply(Apply apply) {
    Applied applied = transport.send(ReservationCalls.apply(apply));
    if (applied.unfinished().isEmpty()) {
      return applied.results();
    }
    List<OperationResult> results = new ArrayList<>(applied.results());
    for (int position : applied.unfinished()) {
      results.set(position, resultOf(() -> rest(in(apply, position))));
    }
    return List.copyOf(results);
  }

  public CompletableFuture<List<OperationResult>> applyAsync(Apply apply) {
    CompletableFuture<Applied> sent = transport.sendAsync(ReservationCalls.apply(apply));
    CompletableFuture<List<OperationResult>> all = new CompletableFuture<>();
    CompletableFuture<List<OperationResult>> unusedEnd =
        all.whenComplete((value, failure) -> sent.cancel(false));
    CompletableFuture<Applied> unused =
        sent.whenComplete(
            (applied, failure) -> {
              if (failure != null) {
                all.completeExceptionally(failure);
              } else {
                finish(all, apply, applied, new ArrayList<>(applied.results()), 0);
              }
            });
    return all;
  }

  /** Ends the unfinished requests from this one on, one after the other. */
  private void finish(
      CompletableFuture<List<OperationResult>> all,
      Apply apply,
      Applied applied,
      List<OperationResult> results,
      int next) {
    if (next == applied.unfinished().size()) {
      all.complete(List.copyOf(results));
      return;
    }
    int position = applied.unfinished().get(next);
    EndRequest change = in(apply, position);
    CompletableFuture<RequestEnded> ended = new CompletableFuture<>();
    CompletableFuture<List<OperationResult>> unusedEnd =
        all.whenComplete((value, failure) -> ended.cancel(false));
    CompletableFuture<RequestEnded> unused =
        ended.whenComplete(
            (value, failure) -> {
              if (failure != null && !(failure instanceof HoldfastException)) {
                all.completeExceptionally(failure);
                return;
              }
              results.set(
                  position,
                  failure instanceof HoldfastException e ? new OperationResult.Failed(e) : value);
              finish(all, apply, applied, results, next + 1);
            });
    attempt(ended, () -> follow(ended, transport.sendAsync(call(change)), change, true));
  }

  private static OperationResult resultOf(Supplier<RequestEnded> rest) {
    try {
      return rest.get();
    } catch (HoldfastException e) {
      return new OperationResult.Failed(e);
    }
  }

  private static EndRequest in(Apply apply, int position) {
    EndRequest change = (EndRequest) apply.operations().get(position);
    return change.withRepositoryId(apply.repositoryId());
  }

  private static Call<EndRequestRequest, EndRequestResponse, Step> call(EndRequest change) {
    return ReservationCalls.endRequest(change);
  }

  /**
   * Returns the error of a request that is partly ended: earlier steps were made, with any error of
   * a later one.
   */
  private static HoldfastException broken(EndRequest change, HoldfastException failure) {
    return new OutcomeUnknownException(
        new HoldfastException.Facts(
            failure.reasonName(),
            failure.metadata(),
            failure.getMessage()
                + "; some slots of the request are released, and whether all are is not known. "
                + Call.recoveryById(change.operationId()),
            failure),
        change.operationId());
  }
}
