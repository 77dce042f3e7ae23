/** A real PostgreSQL for tests. */
@NullMarked
package dev.holdfast.testing.postgresql;

import org.jspecify.annotations.NullMarked;
