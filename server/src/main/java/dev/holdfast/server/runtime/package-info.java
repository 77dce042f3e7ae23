/** The program: its commands and their flags. */
@NullMarked
package dev.holdfast.server.runtime;

import org.jspecify.annotations.NullMarked;
