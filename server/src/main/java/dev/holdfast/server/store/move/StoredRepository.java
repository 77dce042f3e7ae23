package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Repository;

/**
 * A repository as a store keeps it, also a deleted one.
 *
 * @param books its books
 * @param lastVersion the newest version of its datastore that was ever used; 0 for none
 * @param compactedRevision events before this revision count as purged, because revisions were
 *     raised or events were lost; 0 if that never happened
 */
public record StoredRepository(Repository books, long lastVersion, long compactedRevision) {}
