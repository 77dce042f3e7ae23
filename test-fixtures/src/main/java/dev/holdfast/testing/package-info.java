/** Helpers for tests of every kind: waiting for a condition, and repeatable random values. */
@NullMarked
package dev.holdfast.testing;

import org.jspecify.annotations.NullMarked;
