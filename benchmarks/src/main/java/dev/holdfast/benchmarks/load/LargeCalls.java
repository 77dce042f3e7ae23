package dev.holdfast.benchmarks.load;

import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.VerifyResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ExecutionException;

/** Makes large calls, one after the other, in a repository of their own. */
public final class LargeCalls implements AutoCloseable {
  /** The repository of all changes. */
  public static final String REPOSITORY = "large";

  private static final int OBSERVED_IN_MESSAGE = 1000;

  private final Connections connections;
  private final RepositoryServiceGrpc.RepositoryServiceBlockingStub repositories;
  private final ReservationsServiceGrpc.ReservationsServiceStub reservations;

  /** Creates the repository. */
  public LargeCalls(String address) {
    connections = new Connections(address);
    repositories = RepositoryServiceGrpc.newBlockingStub(connections.next());
    reservations = ReservationsServiceGrpc.newStub(connections.next());
    var unused =
        repositories.createRepository(Requests.createRepository(REPOSITORY, Long.MAX_VALUE));
  }

  /** Adopts this number of slots of a new request by one Reconcile. */
  public String adopt(int slots) throws InterruptedException, ExecutionException {
    String requestId = RandomIds.requestId();
    FutureAnswer<ReconcileResponse> answered = new FutureAnswer<>();
    StreamObserver<ReconcileRequest> call = reservations.reconcile(answered);
    call.onNext(header(false));
    for (int from = 0; from < slots; from += OBSERVED_IN_MESSAGE) {
      ObservedSlots.Builder observed = ObservedSlots.newBuilder();
      for (int i = from; i < Math.min(slots, from + OBSERVED_IN_MESSAGE); i++) {
        observed.addSlots(
            ObservedSlot.newBuilder()
                .setSlot(Slot.newBuilder().setRequestId(requestId).setSlotIndex(i))
                .setAmountBytes(SlotWorkload.AMOUNT_BYTES));
      }
      call.onNext(ReconcileRequest.newBuilder().setObserved(observed).build());
    }
    call.onCompleted();
    check(answered.future().get().getAdoptedCount3() == slots, answered.future().get());
    return requestId;
  }

  /** Releases this number of slots by a Reconcile with no slot. */
  public void releaseAll(int slots) throws InterruptedException, ExecutionException {
    FutureAnswer<ReconcileResponse> answered = new FutureAnswer<>();
    StreamObserver<ReconcileRequest> call = reservations.reconcile(answered);
    call.onNext(header(true));
    call.onCompleted();
    check(answered.future().get().getReleasedCount1() == slots, answered.future().get());
  }

  private ReconcileRequest header(boolean allowEmpty) {
    long revision = repositories.available(Requests.available(REPOSITORY)).getRevision();
    return ReconcileRequest.newBuilder()
        .setHeader(
            ReconcileHeader.newBuilder()
                .setRepositoryId(REPOSITORY)
                .setAsOfRevision(revision)
                .setAllowEmpty(allowEmpty))
        .build();
  }

  /** Ends a request with this number of slots. */
  public void end(String requestId, int slots) {
    var response =
        ReservationsServiceGrpc.newBlockingStub(connections.next())
            .endRequest(Requests.endRequest(REPOSITORY, requestId, ""));
    check(response.getReleasedCount() == slots, response);
  }

  /** Verifies the default repository, which has at least this number of reservations. */
  public void verify(long reservationsAtLeast) {
    VerifyResponse response = repositories.verify(VerifyRequest.getDefaultInstance());
    check(
        response.getConsistent() && response.getReservationCount() >= reservationsAtLeast,
        response);
  }

  /** Makes one change, and returns its revision. */
  public long change() {
    return repositories.reserve(Requests.reserve(REPOSITORY, 1, "")).getRevision();
  }

  private static void check(boolean correct, Object response) {
    if (!correct) {
      throw new IllegalStateException("wrong answer: " + response);
    }
  }

  @Override
  public void close() {
    connections.close();
  }
}
