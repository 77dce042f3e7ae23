/** The format and level of the log. */
@NullMarked
package dev.holdfast.server.runtime.logging;

import org.jspecify.annotations.NullMarked;
