/**
 * The memtable of recent reservations, which have no rows yet: they are in memory and in the
 * events, from which a start recovers them.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.memtable;

import org.jspecify.annotations.NullMarked;
