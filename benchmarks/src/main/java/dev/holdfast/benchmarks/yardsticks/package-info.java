/** What Holdfast is measured against, each a program of its own. */
@NullMarked
package dev.holdfast.benchmarks.yardsticks;

import org.jspecify.annotations.NullMarked;
