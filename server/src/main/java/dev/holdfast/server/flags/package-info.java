/** The values of command-line flags, for all commands of the program. */
@NullMarked
package dev.holdfast.server.flags;

import org.jspecify.annotations.NullMarked;
