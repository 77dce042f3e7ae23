/**
 * Requests as bytes: how they are read into messages, where, and what is refused before any object
 * is made of them.
 */
@NullMarked
package dev.holdfast.server.api.wire;

import org.jspecify.annotations.NullMarked;
