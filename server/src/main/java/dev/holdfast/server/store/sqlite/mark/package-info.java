/** The high-water mark beside the database, which detects a store that lost its newest part. */
@NullMarked
package dev.holdfast.server.store.sqlite.mark;

import org.jspecify.annotations.NullMarked;
