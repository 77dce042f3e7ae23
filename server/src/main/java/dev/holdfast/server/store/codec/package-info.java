/**
 * Encodes events and slot keys as bytes; the writer and the reader of a format are side by side.
 */
@NullMarked
package dev.holdfast.server.store.codec;

import org.jspecify.annotations.NullMarked;
