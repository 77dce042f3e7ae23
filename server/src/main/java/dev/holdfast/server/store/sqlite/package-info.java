/** The embedded engine; the only room that knows SQLite. */
@NullMarked
package dev.holdfast.server.store.sqlite;

import org.jspecify.annotations.NullMarked;
