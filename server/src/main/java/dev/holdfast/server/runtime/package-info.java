/** The program: flags, wiring, startup and shutdown. */
@NullMarked
package dev.holdfast.server.runtime;

import org.jspecify.annotations.NullMarked;
