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

/** Validates the messages of a Reconcile; throws {@link RejectedException}. */
public final class ReconcileRequests {
  private ReconcileRequests() {}

  /** The first message. */
  public record Header(ReconcileScope scope, boolean allowEmpty, boolean dryRun) {}

  /** The header that the first message has to be. */
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

  /** The slots that every other message has to be. */
  public static ObservedSlots observed(ReconcileRequest request) {
    return switch (request.getPartCase()) {
      case OBSERVED -> request.getObserved();
      case HEADER -> throw reject("header", "must come in the first message only");
      case PART_NOT_SET -> throw reject("observed", "is required in every message but the first");
    };
  }

  /** Adds the slots of a message; ends at the first that is wrong. */
  public static void add(ObservedSlots message, Observation observation) {
    RequestValidator validator = new RequestValidator();
    for (int i = 0; i < message.getSlotsCount(); i++) {
      ObservedSlot one = message.getSlots(i);
      Slot slot = validator.slot(one.hasSlot(), one.getSlot());
      if (one.getAmountBytes() < 0) {
        validator.reject("amount_bytes", "must be 0 or greater, but is " + one.getAmountBytes());
      }
      if (validator.isValid() && !observation.add(slot, one.getAmountBytes())) {
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

  /** The refusal of a stream for one of its fields. */
  public static RejectedException reject(String field, String description) {
    RequestValidator validator = new RequestValidator();
    validator.reject(field, description);
    return new RejectedException(Objects.requireNonNull(validator.rejection("")));
  }

  /** The numbers in names are protobuf's: it takes released_count for the count of released. */
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
