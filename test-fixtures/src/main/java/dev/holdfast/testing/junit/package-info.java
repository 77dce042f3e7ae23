/**
 * JUnit extensions and fixtures: a running server for a test class, and repositories on that
 * server.
 */
@NullMarked
package dev.holdfast.testing.junit;

import org.jspecify.annotations.NullMarked;
