/**
 * Code that the engines share: the encoding of slots and events as bytes, and the versions of
 * schemas.
 */
@NullMarked
package dev.holdfast.server.store;

import org.jspecify.annotations.NullMarked;
