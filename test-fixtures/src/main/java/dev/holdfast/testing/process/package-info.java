/**
 * Servers as processes of their own that can be killed, and connections to them that can be broken.
 */
@NullMarked
package dev.holdfast.testing.process;

import org.jspecify.annotations.NullMarked;
