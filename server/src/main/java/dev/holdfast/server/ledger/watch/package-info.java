/** Delivers committed events to watchers, at the pace of each watcher. */
@NullMarked
package dev.holdfast.server.ledger.watch;

import org.jspecify.annotations.NullMarked;
