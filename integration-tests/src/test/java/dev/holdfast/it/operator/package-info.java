/** Tests of the operator's commands against real servers. */
@NullMarked
package dev.holdfast.it.operator;

import org.jspecify.annotations.NullMarked;
