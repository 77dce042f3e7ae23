/** The embedded engine; the only package that uses SQLite. */
@NullMarked
package dev.holdfast.server.store.sqlite;

import org.jspecify.annotations.NullMarked;
