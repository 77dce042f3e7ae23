/** Moves ledgers out of SQLite and into it. */
@NullMarked
package dev.holdfast.server.store.sqlite.move;

import org.jspecify.annotations.NullMarked;
