package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;

/**
 * Some events of a repository, and what was kept of it at that moment.
 *
 * @param revision the repository's revision
 * @param deleted whether the repository is deleted
 * @param oldestRevision the revision of the oldest event that is kept, of whatever slot; where none
 *     is, revision + 1
 * @param events those found, by revision
 * @param lookedTo the revision up to which was looked, for the next page; 0 where this was the last
 */
public record EventsPage(
    long revision, boolean deleted, long oldestRevision, List<Event> events, long lookedTo) {}
