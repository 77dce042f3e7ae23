/**
 * The release index: where the releases of a slot stand among the events. A log-structured merge
 * tree: a memtable, flushes, immutable runs with Bloom filters, and their compaction.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.releases;

import org.jspecify.annotations.NullMarked;
