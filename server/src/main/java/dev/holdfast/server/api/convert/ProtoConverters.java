package dev.holdfast.server.api.convert;

import com.google.protobuf.Timestamp;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.rules.Outcome.ReservationDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotReleaseDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotsReleaseDone;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyProblem;
import dev.holdfast.v1.VerifyResponse;
import java.util.List;

/** Converts repositories, reservations and recounts to messages. */
public final class ProtoConverters {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int MAX_PROBLEMS = 100;

  private ProtoConverters() {}

  public static dev.holdfast.v1.Repository repository(Repository repository) {
    return dev.holdfast.v1.Repository.newBuilder()
        .setRepositoryId(repository.id())
        .setCapacityBytes(repository.capacityBytes())
        .setReservedBytes(repository.reservedBytes())
        .setUnassignedBytes(repository.unassignedBytes())
        .setAvailableBytes(repository.availableBytes())
        .setOvercommittedBytes(repository.overcommittedBytes())
        .setReservationCount(repository.reservationCount())
        .setRevision(repository.revision())
        .setCreateTime(time(repository.createMicros()))
        .setUpdateTime(time(repository.updateMicros()))
        .build();
  }

  public static AvailableResponse available(Repository repository) {
    return AvailableResponse.newBuilder()
        .setAvailableBytes(repository.availableBytes())
        .setCapacityBytes(repository.capacityBytes())
        .setReservedBytes(repository.reservedBytes())
        .setUnassignedBytes(repository.unassignedBytes())
        .setRevision(repository.revision())
        .build();
  }

  static Slot slot(dev.holdfast.server.ledger.books.Slot slot) {
    return Slot.newBuilder().setRequestId(slot.requestId()).setSlotIndex(slot.slotIndex()).build();
  }

  public static dev.holdfast.v1.Reservation reservation(
      String repositoryId, Reservation reservation) {
    return reservation(
        repositoryId,
        reservation,
        reservation.filled()
            ? ReservationState.RESERVATION_STATE_FILLED
            : ReservationState.RESERVATION_STATE_RESERVED);
  }

  public static dev.holdfast.v1.Reservation reservation(
      String repositoryId, Reservation reservation, ReservationState state) {
    dev.holdfast.v1.Reservation.Builder message =
        dev.holdfast.v1.Reservation.newBuilder()
            .setRepositoryId(repositoryId)
            .setSlot(slot(reservation.slot()))
            .setAmountBytes(reservation.amountBytes())
            .setState(state)
            .setGeneration(reservation.generation())
            .setCreateTime(time(reservation.createMicros()))
            .setOfferId(reservation.offerId());
    if (reservation.leaseExpireMicros() != 0) {
      message.setLeaseExpireTime(time(reservation.leaseExpireMicros()));
    }
    if (reservation.filled()) {
      message.setFillTime(time(reservation.fill().micros()));
    }
    return message.build();
  }

  private static dev.holdfast.v1.Reservation reservation(
      String repositoryId, ReservationDone done) {
    return done.released()
        ? reservation(repositoryId, done.reservation(), ReservationState.RESERVATION_STATE_RELEASED)
        : reservation(repositoryId, done.reservation());
  }

  public static ReserveSlotResponse reserved(String repositoryId, ReservationDone done) {
    return ReserveSlotResponse.newBuilder()
        .setReservation(reservation(repositoryId, done))
        .setAvailableBytes(done.availableBytes())
        .build();
  }

  public static RenewLeaseResponse renewed(String repositoryId, ReservationDone done) {
    return RenewLeaseResponse.newBuilder().setReservation(reservation(repositoryId, done)).build();
  }

  public static FillSlotResponse filled(String repositoryId, ReservationDone done) {
    return FillSlotResponse.newBuilder().setReservation(reservation(repositoryId, done)).build();
  }

  public static ReleaseSlotResponse released(SlotReleaseDone done) {
    return ReleaseSlotResponse.newBuilder()
        .setReleasedBytes(done.releasedBytes())
        .setAvailableBytes(done.availableBytes())
        .setAlreadyReleased(done.alreadyReleased())
        .build();
  }

  public static EndRequestResponse ended(SlotsReleaseDone done) {
    return EndRequestResponse.newBuilder()
        .setReleasedCount(done.releasedCount())
        .setReleasedBytes(done.releasedBytes())
        .setAvailableBytes(done.availableBytes())
        .setMore(done.more())
        .build();
  }

  public static VerifyResponse verified(Recount recount) {
    List<Recount.Problem> problems = recount.problems();
    VerifyResponse.Builder response =
        VerifyResponse.newBuilder()
            .setConsistent(problems.isEmpty())
            .setRecordedBytes(recount.recorded().reservedBytes())
            .setCountedBytes(recount.countedReservedBytes())
            .setReservationCount(recount.countedReservations())
            .setRevision(recount.recorded().revision());
    problems.stream()
        .limit(MAX_PROBLEMS)
        .forEach(
            problem ->
                response.addProblems(
                    VerifyProblem.newBuilder()
                        .setSubject(problem.subject())
                        .setRecorded(problem.recorded())
                        .setCounted(problem.counted())));
    return response.build();
  }

  public static Timestamp time(long micros) {
    return Timestamp.newBuilder()
        .setSeconds(Math.floorDiv(micros, MICROS_PER_SECOND))
        .setNanos((int) Math.floorMod(micros, MICROS_PER_SECOND) * 1000)
        .build();
  }
}
