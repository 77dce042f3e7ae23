/** The operator's commands, which ask a running server through the SDK. */
@NullMarked
package dev.holdfast.server.operator;

import org.jspecify.annotations.NullMarked;
