package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.RequestParser;
import dev.holdfast.server.api.convert.OfferConverter;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.SaleDone;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.sales.FreeSlotDraw;
import dev.holdfast.server.ledger.rules.sales.SellSlot;
import dev.holdfast.v1.SellSlotResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Implements SellSlot. For a request that is almost fully reserved here, all slots drawn with the
 * call may be reserved. Then slots that are free during the call are drawn on another thread,
 * because that takes long, and the sale is decided again.
 */
final class SlotSales {
  /**
   * Maximum number of repeated draws. Before each draw but the first, other sales of the request
   * reserved at least as many slots as were free.
   */
  private static final int MAX_DRAWS = 10;

  /**
   * More declines than this are converted on a read thread, because the conversion would block a
   * network thread for too long.
   */
  private static final int MANY_DECLINES = 100;

  /** Maximum memory of sales that wait for a draw: each holds its excluded slots. */
  private static final long MAX_WAITING_BYTES = 32L << 20;

  private final CallDispatcher calls;
  private final AtomicLong waitingBytes = new AtomicLong();

  SlotSales(CallDispatcher calls) {
    this.calls = calls;
  }

  void sell(StreamObserver<SellSlotResponse> observer, RequestParser<SellSlot> parser) {
    CallDispatcher.Call<SellSlotResponse> call = calls.begin(observer);
    if (calls.rejectIfOverBudget(call)) {
      return;
    }
    try {
      submit(call, CallDispatcher.parse(parser), 0);
    } catch (RejectedException e) {
      call.fail(e);
    }
  }

  private void submit(CallDispatcher.Call<SellSlotResponse> call, SellSlot command, int draws) {
    calls.submit(
        call,
        command,
        (sent, done) -> OfferConverter.sold(sent.repositoryId(), (SaleDone) done),
        outcome -> {
          if (outcome instanceof Outcome.DrawnReserved) {
            drawAgain(call, command, draws + 1);
            return true;
          }
          if (outcome instanceof SaleDone done && done.declineCount() > MANY_DECLINES) {
            calls.answerUnchanged(call, () -> OfferConverter.sold(command.repositoryId(), done));
            return true;
          }
          return false;
        });
  }

  private void drawAgain(CallDispatcher.Call<SellSlotResponse> call, SellSlot command, int draws) {
    if (draws > MAX_DRAWS) {
      call.fail(
          new RejectedException(
              Rejections.slotsContended(
                  command.repositoryId(), command.request().requestId(), MAX_DRAWS)));
      return;
    }
    long bytes = command.bytes();
    if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES) {
      call.fail(new RejectedException(Rejections.salesWaiting(waitingBytes.addAndGet(-bytes))));
      return;
    }
    calls.drawSlots(
        call,
        reads -> submit(call, redrawn(reads, command), draws),
        () -> waitingBytes.addAndGet(-bytes));
  }

  private static SellSlot redrawn(LedgerReads reads, SellSlot command) {
    FreeSlotDraw draw = new FreeSlotDraw(command.choice(), ThreadLocalRandom.current().nextLong());
    reads.reservedIndexes(command.repositoryId(), command.request().requestId(), draw);
    return command.with(draw.choice());
  }
}
