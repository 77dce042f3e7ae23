/**
 * The server as a process of its own, over real sockets: what a client may rely on, and what it
 * survives.
 */
@NullMarked
package dev.holdfast.it;

import org.jspecify.annotations.NullMarked;
