package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.LOST;

import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Models the expected state of one workload's own slots, which no other workload changes, from the
 * responses to that workload. Every response is compared with the model before the model is
 * updated.
 */
final class WorkloadBooks {
  /** No lease that is shorter is sure to be still there when the workload comes back to it. */
  private static final long BRIEF_SECONDS = 60;

  /**
   * A reservation that was acknowledged.
   *
   * @param brief its lease is so short that the server may release it at any moment
   */
  record Held(long generation, long amountBytes, boolean filled, boolean brief) {}

  private record Key(Slot slot, long generation) {}

  /** The result that an acknowledged operation fixed: a generation, or counts. */
  private record Fixed(long generation, long count, long bytes) {}

  private final Findings findings;
  private final Map<Slot, Held> held = new LinkedHashMap<>();
  private final Map<Key, Long> released = new HashMap<>();
  private final Map<String, Fixed> acknowledged = new HashMap<>();
  private long unassignedBytes;

  WorkloadBooks(Findings findings) {
    this.findings = findings;
  }

  Map<Slot, Held> held() {
    return held;
  }

  long unassignedBytes() {
    return unassignedBytes;
  }

  boolean wasReleased(Slot slot, long generation) {
    return released.containsKey(new Key(slot, generation));
  }

  /** Whether the slot is held for as long as nobody releases it. */
  boolean lasts(Slot slot) {
    Held current = held.get(slot);
    return current != null && !current.brief();
  }

  boolean knows(String operationId) {
    return acknowledged.containsKey(operationId);
  }

  static boolean brief(ReserveSlotRequest request) {
    return request.hasLease() && request.getLease().getSeconds() < BRIEF_SECONDS;
  }

  /** The server was seen to have released what had a brief lease. */
  void expire(Slot slot) {
    Held gone = held.remove(slot);
    if (gone != null) {
      released.put(new Key(slot, gone.generation()), gone.amountBytes());
    }
  }

  void record(Operation operation, OperationResult result) {
    switch (operation.getOperationCase()) {
      case RESERVE_SLOT -> reserved(operation.getReserveSlot(), result);
      case RENEW_LEASE -> renewed(operation.getRenewLease(), result);
      case FILL_SLOT -> filled(operation.getFillSlot(), result);
      case RELEASE_SLOT -> released(operation.getReleaseSlot(), result);
      case END_REQUEST -> ended(operation.getEndRequest(), result);
      case OPERATION_NOT_SET -> throw new IllegalArgumentException("nothing was sent");
    }
  }

  private void reserved(ReserveSlotRequest request, OperationResult result) {
    Slot slot = request.getSlot();
    String id = request.getOperationId();
    Fixed before = acknowledged.get(id);
    if (result.hasReserveSlot()) {
      Reservation answer = result.getReserveSlot().getReservation();
      boolean same =
          answer.getSlot().equals(slot) && answer.getAmountBytes() == request.getAmountBytes();
      findings.require(same, INCONSISTENT, request + " was answered with " + answer);
      if (before == null) {
        findings.require(held.get(slot) == null, DOUBLE_RELEASE, slot + " was granted twice");
        made(request, answer.getGeneration());
      } else if (before.generation() != answer.getGeneration()) {
        findings.add(LOST, id + " was forgotten and made again as " + answer.getGeneration());
      } else {
        findings.require(
            !wasReleased(slot, before.generation()), LOST, id + " is back after its release");
      }
      return;
    }
    String reason = reason(result);
    if (reason.equals("RESERVATION_RELEASED")) {
      long generation = number(result, "generation");
      if (before == null && brief(request)) {
        made(request, generation);
      }
      Fixed known = acknowledged.get(id);
      boolean right = known != null && known.generation() == generation;
      if (right && brief(request) && !wasReleased(slot, generation)) {
        expire(slot);
      }
      findings.require(
          right && wasReleased(slot, generation), LOST, id + " is held, but " + result.getError());
    } else {
      // A change that was rejected for lack of space is decided again, and may find the slot taken.
      boolean right =
          before == null
              && (reason.equals("INSUFFICIENT_STORAGE")
                  || (reason.equals("SLOT_ALREADY_RESERVED") && held.containsKey(slot)));
      findings.require(right, before == null ? INCONSISTENT : LOST, id + ": " + result.getError());
    }
  }

  private void made(ReserveSlotRequest request, long generation) {
    findings.made(generation, request.getOperationId());
    held.put(
        request.getSlot(), new Held(generation, request.getAmountBytes(), false, brief(request)));
    acknowledged.put(request.getOperationId(), new Fixed(generation, 1, request.getAmountBytes()));
  }

  private @Nullable Held target(Slot slot, long generation) {
    Held current = held.get(slot);
    return current != null && (generation == 0 || generation == current.generation())
        ? current
        : null;
  }

  private void renewed(RenewLeaseRequest request, OperationResult result) {
    Held target = target(request.getSlot(), request.getGeneration());
    if (result.hasRenewLease()) {
      boolean right = target != null && !target.filled();
      findings.require(right, LOST, request + " was answered with " + result);
    } else if (target != null) {
      boolean right = target.filled() && reason(result).equals("SLOT_FILLED");
      findings.require(right, LOST, request + ": " + result.getError());
    }
  }

  private void filled(FillSlotRequest request, OperationResult result) {
    Slot slot = request.getSlot();
    String id = request.getOperationId();
    Fixed before = acknowledged.get(id);
    Held target = target(slot, before == null ? request.getGeneration() : before.generation());
    if (!result.hasFillSlot()) {
      findings.require(target == null && before == null, LOST, id + ": " + result.getError());
      return;
    }
    Reservation answer = result.getFillSlot().getReservation();
    if (target != null) {
      boolean right =
          answer.getGeneration() == target.generation()
              && answer.getState() == ReservationState.RESERVATION_STATE_FILLED;
      findings.require(right, LOST, target + " was filled as " + answer);
      held.put(slot, new Held(target.generation(), target.amountBytes(), true, false));
      if (!target.filled()) {
        // A second fill changes nothing, so its id is not remembered.
        acknowledged.put(id, new Fixed(target.generation(), 1, target.amountBytes()));
      }
    } else {
      boolean right =
          before != null
              && answer.getGeneration() == before.generation()
              && answer.getState() == ReservationState.RESERVATION_STATE_RELEASED;
      findings.require(right, LOST, id + " was answered with " + answer);
    }
  }

  private void released(ReleaseSlotRequest request, OperationResult result) {
    Slot slot = request.getSlot();
    String id = request.getOperationId();
    Held target = target(slot, request.getGeneration());
    if (!result.hasReleaseSlot()) {
      boolean right =
          target != null
              && target.filled()
              && request.getReason() != ReleaseReason.RELEASE_REASON_REQUEST_ENDED
              && reason(result).equals("SLOT_FILLED");
      findings.require(right, LOST, id + ": " + result.getError());
      return;
    }
    ReleaseSlotResponse answer = result.getReleaseSlot();
    if (target != null) {
      boolean right =
          answer.getReleasedBytes() == target.amountBytes()
              && (target.brief() || !answer.getAlreadyReleased());
      findings.require(right, LOST, id + " released " + target + " with " + answer);
      held.remove(slot);
      released.put(new Key(slot, target.generation()), target.amountBytes());
      if (!answer.getAlreadyReleased()) {
        acknowledged.put(id, new Fixed(target.generation(), 1, target.amountBytes()));
      }
      return;
    }
    Fixed before = acknowledged.get(id);
    long generation = before == null ? request.getGeneration() : before.generation();
    Long amount = released.get(new Key(slot, generation));
    boolean right = amount != null && amount == answer.getReleasedBytes();
    findings.require(right, LOST, id + " released " + answer + ", not " + amount);
    // Only the operation that gave the bytes back may ever say that it did.
    boolean once = answer.getAlreadyReleased() == (before == null);
    findings.require(once, DOUBLE_RELEASE, id + " was answered with " + answer);
  }

  private void ended(EndRequestRequest request, OperationResult result) {
    String id = request.getOperationId();
    if (!result.hasEndRequest()) {
      findings.add(INCONSISTENT, id + ": " + result.getError());
      return;
    }
    Fixed before = acknowledged.get(id);
    Fixed answer =
        new Fixed(
            0,
            result.getEndRequest().getReleasedCount(),
            result.getEndRequest().getReleasedBytes());
    if (before != null) {
      findings.require(answer.equals(before), LOST, id + " was " + before + ", is " + answer);
      return;
    }
    List<Slot> ended =
        held.keySet().stream()
            .filter(slot -> slot.getRequestId().equals(request.getRequestId()))
            .toList();
    long bytes = ended.stream().mapToLong(slot -> held(slot).amountBytes()).sum();
    Fixed expected = new Fixed(0, ended.size(), bytes);
    findings.require(answer.equals(expected), LOST, id + " ended " + answer + ", not " + expected);
    ended.forEach(this::expire);
    if (!ended.isEmpty()) {
      acknowledged.put(id, answer);
    }
  }

  private Held held(Slot slot) {
    return java.util.Objects.requireNonNull(held.get(slot));
  }

  /** Unassigned bytes were reserved, or given back where there are fewer than 0. */
  void recordUnassigned(long bytes, String operationId, long revision) {
    findings.saw(revision);
    if (acknowledged.putIfAbsent(operationId, new Fixed(0, 0, bytes)) == null) {
      unassignedBytes += bytes;
    }
  }

  private static String reason(OperationResult result) {
    return StubClient.reason(result.getError());
  }

  private static long number(OperationResult result, String name) {
    return Long.parseLong(
        Refusal.errorInfo(result.getError()).getMetadataMap().getOrDefault(name, "-1"));
  }
}
