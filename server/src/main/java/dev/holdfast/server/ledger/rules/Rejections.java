package dev.holdfast.server.ledger.rules;

import static dev.holdfast.server.ledger.rules.Rejection.Reason;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.DiskSpace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Creates the rejections, each with its message and facts. */
public final class Rejections {
  private Rejections() {}

  /** Returns the rejection for a missing repository. */
  public static Rejection repositoryNotFound(String repositoryId) {
    return Rejection.of(
        Reason.REPOSITORY_NOT_FOUND,
        "there is no repository " + repositoryId,
        facts("repository_id", repositoryId));
  }

  /** Returns the rejection for a slot without a current or remembered reservation. */
  public static Rejection reservationNotFound(String repositoryId, Slot slot, long generation) {
    return reservationNotFound(repositoryId, slot, generation, "has no reservation");
  }

  /** Returns the rejection for a reservation that was released. */
  public static Rejection reservationGone(String repositoryId, Released released, long generation) {
    return reservationNotFound(
        repositoryId,
        released.reservation().slot(),
        generation,
        "has lost the reservation of generation "
            + released.reservation().generation()
            + ", released because of "
            + released.reason());
  }

  private static Rejection reservationNotFound(
      String repositoryId, Slot slot, long generation, String state) {
    Map<String, String> facts = slotFacts(repositoryId, slot);
    facts.put("generation", Long.toString(generation));
    return Rejection.of(
        Reason.RESERVATION_NOT_FOUND, slot + " " + state + " in repository " + repositoryId, facts);
  }

  /** Returns the rejection for a missing offer. */
  public static Rejection offerNotFound(String repositoryId, String offerId) {
    return Rejection.of(
        Reason.OFFER_NOT_FOUND,
        "there is no offer " + offerId + " in repository " + repositoryId,
        facts("repository_id", repositoryId, "offer_id", offerId));
  }

  public static Rejection repositoryAlreadyExists(Repository repository) {
    return Rejection.of(
        Reason.REPOSITORY_ALREADY_EXISTS,
        "repository "
            + repository.id()
            + " exists already, with a capacity of "
            + repository.capacityBytes()
            + " bytes",
        facts(
            "repository_id", repository.id(),
            "capacity_bytes", Long.toString(repository.capacityBytes())));
  }

  public static Rejection repositoryNotEmpty(Repository repository, long keyCount) {
    return Rejection.of(
        Reason.REPOSITORY_NOT_EMPTY,
        "repository "
            + repository.id()
            + " still has "
            + repository.reservedBytes()
            + " bytes reserved, in "
            + repository.reservationCount()
            + " reservations and "
            + repository.unassignedBytes()
            + " unassigned bytes, and "
            + keyCount
            + " keys in its datastore",
        facts(
            "repository_id", repository.id(),
            "reserved_bytes", Long.toString(repository.reservedBytes()),
            "unassigned_bytes", Long.toString(repository.unassignedBytes()),
            "reservation_count", Long.toString(repository.reservationCount()),
            "key_count", Long.toString(keyCount)));
  }

  public static Rejection insufficientStorage(Repository repository, long requestedBytes) {
    return Rejection.of(
        Reason.INSUFFICIENT_STORAGE,
        "requested "
            + requestedBytes
            + " bytes, but repository "
            + repository.id()
            + " has "
            + repository.availableBytes()
            + " bytes available",
        facts(
            "repository_id", repository.id(),
            "requested_bytes", Long.toString(requestedBytes),
            "available_bytes", Long.toString(repository.availableBytes()),
            "capacity_bytes", Long.toString(repository.capacityBytes())));
  }

  public static Rejection releaseExceedsUnassigned(Repository repository, long requestedBytes) {
    return Rejection.of(
        Reason.RELEASE_EXCEEDS_UNASSIGNED,
        "requested to release "
            + requestedBytes
            + " bytes, but only "
            + repository.unassignedBytes()
            + " bytes of repository "
            + repository.id()
            + " are reserved without a slot; the bytes of a slot are released by slot",
        facts(
            "repository_id", repository.id(),
            "requested_bytes", Long.toString(requestedBytes),
            "unassigned_bytes", Long.toString(repository.unassignedBytes())));
  }

  public static Rejection slotAlreadyReserved(String repositoryId, Reservation current) {
    Map<String, String> facts = slotFacts(repositoryId, current.slot());
    facts.put("current_generation", Long.toString(current.generation()));
    facts.put("amount_bytes", Long.toString(current.amountBytes()));
    facts.put("state", current.filled() ? "FILLED" : "RESERVED");
    return Rejection.of(
        Reason.SLOT_ALREADY_RESERVED,
        current.slot()
            + " is "
            + (current.filled() ? "filled" : "reserved")
            + " already, with "
            + current.amountBytes()
            + " bytes as generation "
            + current.generation(),
        facts);
  }

  public static Rejection slotFilled(String repositoryId, Reservation current, String consequence) {
    Map<String, String> facts = slotFacts(repositoryId, current.slot());
    facts.put("current_generation", Long.toString(current.generation()));
    return Rejection.of(
        Reason.SLOT_FILLED,
        current.slot() + " is filled as generation " + current.generation() + ": " + consequence,
        facts);
  }

  public static Rejection reservationReleased(String repositoryId, Released released) {
    Reservation reservation = released.reservation();
    Map<String, String> facts = slotFacts(repositoryId, reservation.slot());
    facts.put("generation", Long.toString(reservation.generation()));
    facts.put("amount_bytes", Long.toString(reservation.amountBytes()));
    facts.put("reason", released.reason().name());
    return Rejection.of(
        Reason.RESERVATION_RELEASED,
        "this operation reserved "
            + reservation.slot()
            + " as generation "
            + reservation.generation()
            + ", which has been released since because of "
            + released.reason()
            + "; to reserve the slot again, use a new operation id",
        facts);
  }

  public static Rejection generationMismatch(
      String repositoryId, Slot slot, long generation, long currentGeneration) {
    Map<String, String> facts = slotFacts(repositoryId, slot);
    facts.put("generation", Long.toString(generation));
    facts.put("current_generation", Long.toString(currentGeneration));
    return Rejection.of(
        Reason.GENERATION_MISMATCH,
        slot
            + (currentGeneration == 0
                ? " has no reservation now and never had"
                : " has the reservation of generation " + currentGeneration + ", not")
            + " one of generation "
            + generation
            + " that is remembered",
        facts);
  }

  public static Rejection operationIdReused(
      String repositoryId, String operationId, String field, String before) {
    return Rejection.of(
        Reason.OPERATION_ID_REUSED,
        "operation id " + operationId + " was used before for " + before,
        facts("repository_id", repositoryId, "operation_id", operationId, "field", field));
  }

  /** Returns the rejection of an offer beyond the maximum number. */
  public static Rejection tooManyOffers(String repositoryId, int count) {
    String description =
        "repository "
            + repositoryId
            + " has "
            + count
            + " offers, deleted ones under which something is sold among them, and may not have"
            + " more; delete or replace others";
    return new Rejection(
        Reason.INVALID_ARGUMENT,
        "offer: " + description,
        facts("field", "offer", "repository_id", repositoryId),
        List.of(new Rejection.FieldViolation("offer", description)));
  }

  /** Returns the rejection of a change because the queue is full. */
  public static Rejection overloaded(int waitingCount) {
    return overloaded(waitingCount, "others are waiting for the store");
  }

  /**
   * Returns a rejection because a limit is reached.
   *
   * @param waitingCount the number that the limit counts
   * @param subject describes what is counted; follows the number
   */
  public static Rejection overloaded(int waitingCount, String subject) {
    return Rejection.of(
        Reason.OVERLOADED,
        waitingCount + " " + subject + "; try again in a moment",
        facts("waiting_count", Integer.toString(waitingCount)));
  }

  /**
   * Returns the rejection of a sale whose drawn slots were always reserved by other sales first.
   */
  public static Rejection slotsContended(String repositoryId, String requestId, int times) {
    return Rejection.of(
        Reason.OVERLOADED,
        times
            + " times others reserved all slots of request "
            + requestId
            + " that this sale had drawn; try again in a moment",
        facts("repository_id", repositoryId, "request_id", requestId));
  }

  /** Returns the rejection of a sale because too many others wait for free slots. */
  public static Rejection salesWaiting(long waitingBytes) {
    return Rejection.of(
        Reason.OVERLOADED,
        "sales of "
            + waitingBytes
            + " bytes look for free slots of requests that are nearly all reserved; try again in a"
            + " moment",
        facts("waiting_bytes", Long.toString(waitingBytes)));
  }

  /** Returns the rejection of a stalled observation that holds budget. */
  public static Rejection observationStalled(int observedCount, String reason) {
    return Rejection.of(
        Reason.OVERLOADED,
        reason
            + " while the call held the budget of "
            + observedCount
            + " observed slots, which others need; nothing was changed; send all of it again",
        facts("observed_count", Integer.toString(observedCount)));
  }

  /** Returns the rejection of a watch beyond the maximum number. */
  public static Rejection watchersFull(int watcherCount) {
    return overloaded(watcherCount, "watches are open, as many as the server serves");
  }

  /** Returns the rejection of a watch of a caller that has as many as one caller may have. */
  public static Rejection callerWatchersFull(int watcherCount) {
    return overloaded(watcherCount, "watches of this caller are open, as many as it may have");
  }

  /** Returns the end of a watch whose client does not read while others need its share. */
  public static Rejection watcherStalled(String repositoryId, long revision) {
    return Rejection.of(
        Reason.OVERLOADED,
        "this watch of repository "
            + repositoryId
            + " took nothing for too long while others needed its place; watch again behind the"
            + " last revision that was received, and read faster",
        facts("repository_id", repositoryId, "revision", Long.toString(revision)));
  }

  /** Returns the rejection of a call because too many responses are unsent. */
  public static Rejection unsentResponses(long unsentBytes) {
    return Rejection.of(
        Reason.OVERLOADED,
        unsentBytes
            + " bytes of responses wait for their clients to read them; try again in a moment",
        facts("unsent_bytes", Long.toString(unsentBytes)));
  }

  /** Returns the rejection of a call while the server drains. */
  public static Rejection draining() {
    return Rejection.of(
        Reason.DRAINING, "the server is shutting down and takes no new calls", facts());
  }

  /** Returns the rejection of a call without a valid token or client certificate. */
  public static Rejection unauthenticated() {
    return Rejection.of(
        Reason.UNAUTHENTICATED,
        "the call shows no valid credential; send 'authorization: Bearer SECRET', or a client"
            + " certificate that the server knows",
        facts());
  }

  /**
   * Returns the rejection of a call that its caller may not make. It does not tell whether the
   * repository exists.
   *
   * @param role the caller's role
   */
  public static Rejection permissionDenied(String role) {
    return Rejection.of(
        Reason.PERMISSION_DENIED,
        "the caller's role, " + role + ", does not allow this call, or not on this repository",
        facts("role", role));
  }

  /**
   * Returns the rejection of a call because the engine failed.
   *
   * @param outcomeUnknown whether the change may have become durable nevertheless
   */
  public static Rejection storeUnavailable(boolean outcomeUnknown) {
    return Rejection.of(
        Reason.STORE_UNAVAILABLE,
        outcomeUnknown
            ? "the store failed while it committed: whether this was done is unknown; send it again"
                + " with the same operation id"
            : "the store failed, and nothing was changed",
        facts("outcome", outcomeUnknown ? "unknown" : "not_applied"));
  }

  /** Returns the rejection of a change that needs new space on a disk that is nearly full. */
  public static Rejection diskNearlyFull(DiskSpace space) {
    return Rejection.of(
        Reason.STORE_UNAVAILABLE,
        "the disk of the store has "
            + space.freeBytes()
            + " bytes free, and below "
            + space.requiredBytes()
            + " changes that need new space are rejected; releases, fills and renewals are not."
            + " Nothing was changed; free space there",
        facts(
            "outcome",
            "not_applied",
            "free_bytes",
            Long.toString(space.freeBytes()),
            "required_bytes",
            Long.toString(space.requiredBytes())));
  }

  /**
   * Returns the rejection of a call that needs damaged data.
   *
   * @param damage the damage, and what to do
   */
  public static Rejection storeDamaged(String damage) {
    return Rejection.of(
        Reason.STORE_UNAVAILABLE,
        "nothing was changed: " + damage,
        facts("outcome", "not_applied"));
  }

  /** Returns a map of alternating names and values, in this order. */
  public static Map<String, String> facts(String... namesAndValues) {
    Map<String, String> facts = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      facts.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return facts;
  }

  private static Map<String, String> slotFacts(String repositoryId, Slot slot) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("repository_id", repositoryId);
    facts.put("request_id", slot.requestId());
    facts.put("slot_index", Long.toUnsignedString(slot.slotIndex()));
    return facts;
  }
}
