/** Events and slot keys as bytes: writer and reader of one format. */
@NullMarked
package dev.holdfast.server.store.codec;

import org.jspecify.annotations.NullMarked;
