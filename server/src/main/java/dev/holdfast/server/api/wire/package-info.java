/**
 * Reads requests from bytes: where they are read, and which are rejected before objects are
 * created.
 */
@NullMarked
package dev.holdfast.server.api.wire;

import org.jspecify.annotations.NullMarked;
