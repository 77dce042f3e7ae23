package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.RequestParser;
import dev.holdfast.server.api.convert.OfferConverter;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.LedgerReads;
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
 * SellSlot. Of a request that is nearly all reserved here, the slots that were drawn with the call
 * may be reserved without exception. Then others are drawn of those that are free at a moment of
 * the call, beside the queue as that takes long, and the sale is decided again.
 */
final class SlotSales {
  /**
   * So often others are drawn. Each time but the first, other sales of the request, at least as
   * many as slots were free, came in between.
   */
  private static final int LARGEST_DRAWS = 10;

  /**
   * More declines than this are converted off the network threads, as that takes too long there.
   */
  private static final int MANY_DECLINES = 100;

  /** What sales may take that wait for slots to be drawn: each keeps what it excludes. */
  private static final long LARGEST_WAITING_BYTES = 32L << 20;

  private final CallDispatcher calls;
  private final AtomicLong waitingBytes = new AtomicLong();

  SlotSales(CallDispatcher calls) {
    this.calls = calls;
  }

  void sell(StreamObserver<SellSlotResponse> observer, RequestParser<SellSlot> parser) {
    CallDispatcher.Call<SellSlotResponse> call = calls.begin(observer);
    if (calls.isRefused(call)) {
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
    if (draws > LARGEST_DRAWS) {
      call.fail(
          new RejectedException(
              Rejections.slotsContended(
                  command.repositoryId(), command.request().requestId(), LARGEST_DRAWS)));
      return;
    }
    long bytes = command.bytes();
    if (waitingBytes.addAndGet(bytes) > LARGEST_WAITING_BYTES) {
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
