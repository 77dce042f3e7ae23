/** The tables, each with its reader and writer side by side, and the chunks of events. */
@NullMarked
package dev.holdfast.server.store.sqlite.rows;

import org.jspecify.annotations.NullMarked;
