package dev.holdfast.it;

import com.google.protobuf.Duration;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import java.util.Random;

/** The words of a workload: every change with an operation id that nobody else makes. */
final class WorkloadOperations {
  private static final int LARGEST_AMOUNT = 10_000;
  private static final Duration LONG_LEASE = Duration.newBuilder().setSeconds(3600).build();
  private static final int LONGEST_BRIEF_LEASE_MILLIS = 500;

  private final String repositoryId;
  private final String name;
  private final Random random;
  private long ids;
  private long page;

  WorkloadOperations(String repositoryId, String name, Random random) {
    this.repositoryId = repositoryId;
    this.name = name;
    this.random = random;
  }

  String nextId() {
    return name + "-" + ++ids;
  }

  /** Slots whose leases run out are of requests of their own, so that no end meets them. */
  String requestId(boolean brief, int number) {
    return name + (brief ? "-brief-" : "-") + page + "-" + number;
  }

  /** Goes on to other requests now and then, so that there is always a free slot. */
  void sometimesTurnThePage() {
    if (random.nextInt(8) == 0) {
      page++;
    }
  }

  Operation reserve(Slot slot) {
    ReserveSlotRequest.Builder request = reserving(slot);
    if (random.nextBoolean()) {
      request.setLease(LONG_LEASE);
    }
    return Operation.newBuilder().setReserveSlot(request).build();
  }

  /** A reserve that the server undoes by itself unless the workload does so first. */
  Operation reserveBriefly(Slot slot) {
    long millis = random.nextLong(1, LONGEST_BRIEF_LEASE_MILLIS);
    return Operation.newBuilder()
        .setReserveSlot(reserving(slot).setLease(Requests.millis(millis)))
        .build();
  }

  private ReserveSlotRequest.Builder reserving(Slot slot) {
    return ReserveSlotRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setSlot(slot)
        .setAmountBytes(random.nextLong(1, LARGEST_AMOUNT))
        .setOperationId(nextId());
  }

  Operation renew(Slot slot, WorkloadBooks.Held held) {
    return Requests.operation(
        Requests.renewLease(repositoryId, slot, held.generation(), LONG_LEASE));
  }

  Operation fill(Slot slot, long generation) {
    return Requests.operation(Requests.fillSlot(repositoryId, slot, generation, nextId()));
  }

  Operation release(Slot slot, WorkloadBooks.Held held) {
    return Requests.operation(
        Requests.releaseSlot(
            repositoryId,
            slot,
            held.generation(),
            held.filled() || random.nextBoolean()
                ? ReleaseReason.RELEASE_REASON_REQUEST_ENDED
                : ReleaseReason.RELEASE_REASON_ATTEMPT_FAILED,
            nextId()));
  }

  Operation end(String requestId) {
    return Requests.operation(Requests.endRequest(repositoryId, requestId, nextId()));
  }

  /** Something that may come next for what is held. */
  Operation next(Slot slot, WorkloadBooks.Held held) {
    int dice = held.filled() ? 0 : random.nextInt(3);
    return switch (dice) {
      case 1 -> renew(slot, held);
      case 2 -> fill(slot, held.generation());
      default -> release(slot, held);
    };
  }
}
