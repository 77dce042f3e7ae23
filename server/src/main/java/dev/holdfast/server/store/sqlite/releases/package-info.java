/**
 * The release index, which finds the releases of a slot among the events. It is a log-structured
 * merge tree: a memtable, flushes, immutable runs with Bloom filters, and compaction.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.releases;

import org.jspecify.annotations.NullMarked;
