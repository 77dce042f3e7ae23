/** Servers that share a real PostgreSQL. */
@NullMarked
package dev.holdfast.it.postgresql;

import org.jspecify.annotations.NullMarked;
