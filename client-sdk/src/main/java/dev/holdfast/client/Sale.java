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
 * The sale of a slot from the first look at the request until the slot is filled: sell and reserve,
 * the node's own steps, the lease renewed meanwhile, then fill.
 *
 * <pre>{@code
 * SaleResult result = client.saleOf(SellSlot.of(request).withLease(lease)).run(steps);
 * }</pre>
 *
 * <p>Guarantees, whatever fails:
 *
 * <ul>
 *   <li>Where a step fails, is interrupted or throws, the slot is released, and the step's own
 *       exception is thrown, unchanged. If the release fails too, that is suppressed in it, and the
 *       lease gives the space back.
 *   <li>{@link SaleSteps#submit} runs only after the ledger has just confirmed that the slot is
 *       reserved.
 *   <li>Once it has returned, the slot is never released, for the chain holds it: the fill is sent
 *       until it is answered, and where that does not help, {@link SaleUnsettledException} says
 *       that reconciling is due.
 *   <li>An outcome that is not known is not guessed. The same change is sent again, under the same
 *       operation id, until it is answered or the patience is over, which is said plainly.
 *   <li>A process that is killed leaves a slot that is released when its lease runs out; or run the
 *       same {@link SellSlot} again, with its operation id written down before: the sale goes on
 *       with the slot that it has.
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
   * @param patience how long each of sell, renew, fill and release is sent again where its outcome
   *     is not known, or where it is needed and the server is not there; more than 0
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
   * @return {@link SaleResult.Sold} with the reservation {@code FILLED}, or {@code RELEASED} where
   *     its request has ended since; or {@link SaleResult.Declined}, and no step was run. A sale
   *     that was filled by an earlier run is answered without a step
   * @throws X what a step threw; the slot is released
   * @throws InterruptedException if the thread was interrupted; the slot is released
   * @throws LeaseLostException if the reservation ended before the slot was submitted
   * @throws SubmissionUnknownException what {@link SaleSteps#submit} threw; the slot is not
   *     released
   * @throws SaleUnsettledException if the slot was submitted, and the ledger does not say that it
   *     is filled
   * @throws ReservationReleasedException if this sale was made before, and released since
   * @throws UnavailableException if the server is not there; nothing was sold
   * @throws OutcomeUnknownException if the patience was over before the ledger said whether a slot
   *     is reserved; the lease gives it back
   */
  public <X extends Exception> SaleResult run(SaleSteps<X> steps) throws X, InterruptedException {
    return new SaleRun(transport, change, lease, patience).run(steps);
  }

  /**
   * Does what {@link #run} does, without waiting.
   *
   * @param steps the node's own steps
   * @param executor runs the sale, a thread for as long as it takes
   * @return what {@link #run} returns or throws. To cancel the future interrupts the sale, which
   *     then is given up in the background, unless the slot was submitted already
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
