/** Extensions of JUnit: a running server for a class of tests, and repositories on it. */
@NullMarked
package dev.holdfast.testing.junit;

import org.jspecify.annotations.NullMarked;
