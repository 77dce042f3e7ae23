package dev.holdfast.it;

import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.Slot;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Sends observations of the chain as a client does, in messages of some hundred slots. */
final class Reconciler {
  private static final int SLOTS_A_MESSAGE = 500;
  private static final long DEADLINE_SECONDS = 300;

  private Reconciler() {}

  static ObservedSlot observed(Slot slot, long amountBytes) {
    return ObservedSlot.newBuilder().setSlot(slot).setAmountBytes(amountBytes).build();
  }

  static ReconcileRequest message(ReconcileHeader header) {
    return ReconcileRequest.newBuilder().setHeader(header).build();
  }

  static ReconcileRequest message(List<ObservedSlot> slots) {
    return ReconcileRequest.newBuilder()
        .setObserved(ObservedSlots.newBuilder().addAllSlots(slots))
        .build();
  }

  static ReconcileResponse reconcile(
      Stubs stubs, ReconcileHeader header, List<ObservedSlot> slots) {
    List<ReconcileRequest> messages = new ArrayList<>(List.of(message(header)));
    for (int from = 0; from < slots.size(); from += SLOTS_A_MESSAGE) {
      messages.add(message(slots.subList(from, Math.min(slots.size(), from + SLOTS_A_MESSAGE))));
    }
    return send(stubs, messages);
  }

  /** Sends these messages, ends, and waits for the answer, or throws the status. */
  static ReconcileResponse send(Stubs stubs, List<ReconcileRequest> messages) {
    CompletableFuture<ReconcileResponse> answer = new CompletableFuture<>();
    StreamObserver<ReconcileRequest> stream = open(stubs, answer);
    messages.forEach(stream::onNext);
    stream.onCompleted();
    try {
      return answer.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  static StreamObserver<ReconcileRequest> open(
      Stubs stubs, CompletableFuture<ReconcileResponse> answer) {
    return ReservationsServiceGrpc.newStub(stubs.channel())
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .reconcile(new FutureAnswer<>(answer));
  }
}
