/**
 * What is claimed about speed, as programs. A claim is a ratio of two programs in one run, in turn,
 * and never a time.
 */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
