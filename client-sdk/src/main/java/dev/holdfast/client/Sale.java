package dev.holdfast.client;

import dev.holdfast.client.errors.LeaseLostException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.SaleUnsettledException;
import dev.holdfast.client.errors.SubmissionUnknownException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.sale.Interruptible;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Runs the sale of a slot from the decision to sell until the slot is filled: sell and reserve, the
 * node's own steps while the lease is renewed, then fill.
 *
 * <pre>{@code
 * SaleResult result = client.saleOf(SellSlot.of(request).withLease(lease)).run(steps);
 * }</pre>
 *
 * <p>Guarantees after any failure:
 *
 * <ul>
 *   <li>If a step fails, is interrupted or throws, the slot is released, and the step's own
 *       exception is thrown unchanged. If the release fails too, its exception is suppressed in
 *       that one, and the space is released when the lease expires.
 *   <li>{@link SaleSteps#submit} runs only after the ledger has just confirmed that the slot is
 *       reserved.
 *   <li>Once it has returned, the slot is never released, because the chain holds it: the fill is
 *       sent until it is answered; if that fails, {@link SaleUnsettledException} says that
 *       reconciling is due.
 *   <li>An unknown outcome is not guessed. The same change is sent again, under the same operation
 *       id, until it is answered; after the patience an exception reports it.
 *   <li>If the process is killed, the slot is released when its lease expires. Or the next process
 *       runs the same {@link SellSlot} again, with an operation id that was stored before: the sale
 *       continues with the slot that it has.
 * </ul>
 *
 * <p>A sale can be run more than once, one run after the other; all are the same sale. Thread-safe.
 */
public final class Sale {
  private final Transport transport;
  private final SellSlot change;
  private final Duration lease;
  private final Duration patience;

  Sale(Transport transport, SellSlot change, Duration lease, Duration patience) {
    this.transport = transport;
    this.change = change;
    this.lease = lease;
    this.patience = patience;
  }

  /**
   * Returns the same sale with another patience than its lease.
   *
   * @param patience how long each of sell, renew, fill and release is repeated if its outcome is
   *     unknown, or if it is needed and the server is unreachable; more than 0
   * @return a copy
   */
  public Sale withPatience(Duration patience) {
    return new Sale(transport, change, lease, Transport.requirePositive(patience));
  }

  /**
   * Runs the sale to its end, on this thread. If the thread is interrupted the sale is given up,
   * unless the slot was submitted already.
   *
   * @param steps the node's own steps
   * @param <X> what they throw
   * @return {@link SaleResult.Sold} with the reservation {@code FILLED}, or {@code RELEASED} if its
   *     request has ended since; or {@link SaleResult.Declined}, and no step was run. A sale that
   *     an earlier run filled returns without a step
   * @throws X what a step threw; the slot is released
   * @throws InterruptedException if the thread was interrupted; the slot is released
   * @throws LeaseLostException if the reservation ended before the slot was submitted
   * @throws SubmissionUnknownException if {@link SaleSteps#submit} threw it; the slot is not
   *     released
   * @throws SaleUnsettledException if the slot was submitted, and the ledger did not confirm that
   *     it is filled
   * @throws ReservationReleasedException if this sale was made before, and released since
   * @throws UnavailableException if the server is unreachable; nothing was sold
   * @throws OutcomeUnknownException if the patience ended before the ledger confirmed whether a
   *     slot is reserved; it is released when its lease expires
   */
  public <X extends Exception> SaleResult run(SaleSteps<X> steps) throws X, InterruptedException {
    return new SaleRun(transport, change, lease, patience).run(steps);
  }

  /**
   * Does what {@link #run} does, without waiting.
   *
   * @param steps the node's own steps
   * @param executor runs the sale; each sale uses one thread until it ends
   * @return what {@link #run} returns or throws. Cancelling the future interrupts the sale, which
   *     is then given up in the background, unless the slot was submitted already
   */
  public CompletableFuture<SaleResult> runAsync(SaleSteps<?> steps, Executor executor) {
    CompletableFuture<SaleResult> future = new CompletableFuture<>();
    Interruptible thread = new Interruptible();
    CompletableFuture<SaleResult> unused =
        future.whenComplete((result, thrown) -> thread.interrupt());
    executor.execute(
        Context.current()
            .fork()
            .wrap(
                () -> {
                  if (!future.isDone()) {
                    run(steps, thread, future);
                  }
                }));
    return future;
  }

  private void run(SaleSteps<?> steps, Interruptible thread, CompletableFuture<SaleResult> future) {
    CompletableFuture<SaleResult> end;
    thread.enter();
    try {
      end = CompletableFuture.completedFuture(run(steps));
    } catch (Throwable e) {
      end = CompletableFuture.failedFuture(e);
    } finally {
      thread.exit();
    }
    CompletableFuture<SaleResult> unused =
        end.whenComplete(
            (result, thrown) -> {
              if (thrown == null) {
                future.complete(result);
              } else {
                future.completeExceptionally(thrown);
              }
            });
  }
}
