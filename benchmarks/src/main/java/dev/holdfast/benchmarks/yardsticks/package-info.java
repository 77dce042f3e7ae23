/** The yardsticks of Holdfast, each a program of its own. */
@NullMarked
package dev.holdfast.benchmarks.yardsticks;

import org.jspecify.annotations.NullMarked;
