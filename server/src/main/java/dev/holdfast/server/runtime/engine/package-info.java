/** The storage engines as the server opens and runs them. */
@NullMarked
package dev.holdfast.server.runtime.engine;

import org.jspecify.annotations.NullMarked;
