/**
 * Programs that measure every claim about speed. A claim is a ratio of two programs that run in
 * turn in one run, and never a time.
 */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
