package dev.holdfast.server.api.convert;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome.CountedSlots;
import dev.holdfast.server.ledger.rules.Outcome.ReconcileDone;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.reconcile.Observation;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileScope;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileRequest.PartCase;
import dev.holdfast.v1.ReconcileResponse;
import java.util.List;
import java.util.Objects;

/**
 * Validates the messages of a Reconcile. Throws {@link RejectedException} for an invalid message.
 */
public final class ReconcileRequests {
  private ReconcileRequests() {}

  /** The content of the first message. */
  public record Header(ReconcileScope scope, boolean allowEmpty, boolean dryRun) {}

  /** Returns the header from the first message. */
  public static Header header(ReconcileRequest request) {
    if (request.getPartCase() != PartCase.HEADER) {
      throw reject("header", "must come in the first message");
    }
    ReconcileHeader header = request.getHeader();
    RequestValidator validator = new RequestValidator();
    String repositoryId = validator.repositoryId(header.getRepositoryId());
    if (header.getAsOfRevision() < 1) {
      validator.reject(
          "as_of_revision", "must be 1 or greater, but is " + header.getAsOfRevision());
    }
    throwIfInvalid(validator, "header.");
    return new Header(
        new ReconcileScope(repositoryId, header.getAsOfRevision(), header.getReleaseAttempts()),
        header.getAllowEmpty(),
        header.getDryRun());
  }

  /** Returns the slots of any other message. */
  public static ObservedSlots observed(ReconcileRequest request) {
    return switch (request.getPartCase()) {
      case OBSERVED -> request.getObserved();
      case HEADER -> throw reject("header", "must come in the first message only");
      case PART_NOT_SET -> throw reject("observed", "is required in every message but the first");
    };
  }

  /** Adds the slots of a message to an observation; throws at the first invalid slot. */
  public static void add(ObservedSlots message, Observation observation) {
    RequestValidator validator = new RequestValidator();
    for (int i = 0; i < message.getSlotsCount(); i++) {
      ObservedSlot observed = message.getSlots(i);
      Slot slot = validator.slot(observed.hasSlot(), observed.getSlot());
      if (observed.getAmountBytes() < 0) {
        validator.reject(
            "amount_bytes", "must be 0 or greater, but is " + observed.getAmountBytes());
      }
      if (validator.isValid() && !observation.add(slot, observed.getAmountBytes())) {
        validator.reject("slot", "was observed before: " + slot);
      }
      if (!validator.isValid()) {
        throwIfInvalid(validator, "observed.slots[" + i + "].");
      }
    }
  }

  private static void throwIfInvalid(RequestValidator validator, String path) {
    Rejection rejection = validator.rejection(path);
    if (rejection != null) {
      throw new RejectedException(rejection);
    }
  }

  /** Returns the rejection of a stream because of one of its fields. */
  public static RejectedException reject(String field, String description) {
    RequestValidator validator = new RequestValidator();
    validator.reject(field, description);
    return new RejectedException(Objects.requireNonNull(validator.rejection("")));
  }

  /**
   * Returns the response. The digits in the setters come from protobuf, which avoids a clash
   * between the field released_count and the count of the field released.
   */
  public static ReconcileResponse response(ReconcileDone done) {
    return ReconcileResponse.newBuilder()
        .setReleasedCount1(done.released().count())
        .setFilledCount2(done.filled().count())
        .setAdoptedCount3(done.adopted().count())
        .setMissingCount4(done.missing().count())
        .setUnchangedCount(done.unchangedCount())
        .addAllReleased6(slots(done.released()))
        .addAllFilled7(slots(done.filled()))
        .addAllAdopted8(slots(done.adopted()))
        .addAllMissing9(slots(done.missing()))
        .setReleasedBytes(done.releasedBytes())
        .setAvailableBytes(done.repository().availableBytes())
        .setRevision(done.repository().revision())
        .build();
  }

  private static List<dev.holdfast.v1.Slot> slots(CountedSlots counted) {
    return counted.first().stream().map(ProtoConverters::slot).toList();
  }
}
