/** The program: its flags, its wiring, its start and its end. */
@NullMarked
package dev.holdfast.server.runtime;

import org.jspecify.annotations.NullMarked;
