package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.convert.EventConverter;
import dev.holdfast.server.api.convert.PageTokens;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListEventsResponse;

/** Implements ListEvents: validates the request and returns a page of events. */
final class EventPages {
  private EventPages() {}

  static EventsQuery query(RequestValidator validator, ListEventsRequest request) {
    String requestId =
        request.getRequestId().isEmpty()
            ? null
            : validator.requestId("request_id", request.getRequestId());
    Slot slot = request.hasSlot() ? validator.slot(true, request.getSlot()) : null;
    if (requestId != null && slot != null && !requestId.equals(slot.requestId())) {
      validator.reject("slot.request_id", "must be the same as request_id if both are given");
    }
    EventsQuery first =
        new EventsQuery(
            validator.repositoryId(request.getRepositoryId()),
            requestId,
            slot,
            validator.revision("after_revision", request.getAfterRevision()),
            validator.pageSize(request.getPageSize()));
    Long scannedTo =
        PageTokens.decode(validator, queryKey(first), request.getPageToken(), Long::valueOf);
    return scannedTo == null ? first : first.behind(scannedTo);
  }

  /** Returns the page, with the token of the next page if there is one. */
  static ListEventsResponse response(
      LedgerReads reads, CallDispatcher calls, EventsQuery query, ListEventsRequest request) {
    EventsPage page = reads.events(query);
    if (page == null || page.deleted()) {
      throw new RejectedException(Rejections.repositoryNotFound(query.repositoryId()));
    }
    calls.noteNamed(query.repositoryId(), query.afterRevision(), page.revision());
    ListEventsResponse.Builder response =
        ListEventsResponse.newBuilder().setOldestRevision(page.oldestRevision());
    page.events()
        .forEach(event -> response.addEvents(EventConverter.event(query.repositoryId(), event)));
    if (page.scannedTo() != 0) {
      response.setNextPageToken(
          PageTokens.encode(
              queryKey(query.behind(request.getAfterRevision())), Long.toString(page.scannedTo())));
    }
    return response.build();
  }

  private static String queryKey(EventsQuery query) {
    Slot slot = query.slot();
    return PageTokens.queryKey(
        "ListEvents",
        query.repositoryId(),
        query.requestId(),
        slot == null ? null : slot.requestId(),
        slot == null ? null : slot.slotIndex(),
        query.afterRevision());
  }
}
