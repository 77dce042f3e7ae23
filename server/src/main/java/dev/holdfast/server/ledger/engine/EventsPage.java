package dev.holdfast.server.ledger.engine;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;

/**
 * A page of events of a repository, and the state of the repository in the same snapshot.
 *
 * @param revision the repository's revision
 * @param deleted whether the repository is deleted
 * @param oldestRevision the revision of the oldest retained event of any slot; revision + 1 if
 *     there is none
 * @param events the found events, by revision
 * @param scannedTo the revision up to which the page scanned, for the next page; 0 on the last page
 */
public record EventsPage(
    long revision, boolean deleted, long oldestRevision, List<Event> events, long scannedTo) {}
