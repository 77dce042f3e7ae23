/** The tokens file: its format, its callers, and its editing by {@code holdfast token}. */
@NullMarked
package dev.holdfast.server.runtime.security.tokens;

import org.jspecify.annotations.NullMarked;
