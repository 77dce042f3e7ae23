/** The high-water mark beside the database, which tells a store that lost its newest part. */
@NullMarked
package dev.holdfast.server.store.sqlite.mark;

import org.jspecify.annotations.NullMarked;
