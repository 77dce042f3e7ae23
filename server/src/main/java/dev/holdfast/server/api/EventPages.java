package dev.holdfast.server.api;

import dev.holdfast.server.api.convert.EventConverter;
import dev.holdfast.server.api.convert.PageTokens;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;
import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.LedgerReads;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListEventsResponse;

/** ListEvents: its words in, and a page of events out. */
final class EventPages {
  private EventPages() {}

  static EventsQuery query(RequestValidator words, ListEventsRequest request) {
    String requestId =
        request.getRequestId().isEmpty()
            ? null
            : words.requestId("request_id", request.getRequestId());
    Slot slot = request.hasSlot() ? words.slot(true, request.getSlot()) : null;
    if (requestId != null && slot != null && !requestId.equals(slot.requestId())) {
      words.wrong("slot.request_id", "must be the same as request_id, where both are given");
    }
    EventsQuery first =
        new EventsQuery(
            words.repositoryId(request.getRepositoryId()),
            requestId,
            slot,
            words.revision("after_revision", request.getAfterRevision()),
            words.pageSize(request.getPageSize()));
    Long lookedTo =
        PageTokens.decode(words, question(first), request.getPageToken(), Long::valueOf);
    return lookedTo == null ? first : first.behind(lookedTo);
  }

  /** The page, and where the next one begins. */
  static ListEventsResponse response(
      LedgerReads reads, EventsQuery query, ListEventsRequest request) {
    EventsPage page = reads.events(query);
    if (page == null || page.deleted()) {
      throw new RejectedException(Rejections.repositoryNotFound(query.repositoryId()));
    }
    ListEventsResponse.Builder response =
        ListEventsResponse.newBuilder().setOldestRevision(page.oldestRevision());
    page.events()
        .forEach(event -> response.addEvents(EventConverter.event(query.repositoryId(), event)));
    if (page.lookedTo() != 0) {
      response.setNextPageToken(
          PageTokens.encode(
              question(query.behind(request.getAfterRevision())), Long.toString(page.lookedTo())));
    }
    return response.build();
  }

  private static String question(EventsQuery query) {
    Slot slot = query.slot();
    return PageTokens.question(
        "ListEvents",
        query.repositoryId(),
        query.requestId(),
        slot == null ? null : slot.requestId(),
        slot == null ? null : slot.slotIndex(),
        query.afterRevision());
  }
}
