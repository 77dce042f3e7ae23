/**
 * Runs servers as separate processes that a test can kill, and relays connections that a test can
 * break.
 */
@NullMarked
package dev.holdfast.testing.process;

import org.jspecify.annotations.NullMarked;
