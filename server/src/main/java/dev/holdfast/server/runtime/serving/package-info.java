/** The running server: wires its parts, starts them in order, and drains them. */
@NullMarked
package dev.holdfast.server.runtime.serving;

import org.jspecify.annotations.NullMarked;
