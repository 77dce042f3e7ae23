/**
 * What tests of every kind need: waiting for a condition, and random values that can be drawn
 * again.
 */
@NullMarked
package dev.holdfast.testing;

import org.jspecify.annotations.NullMarked;
