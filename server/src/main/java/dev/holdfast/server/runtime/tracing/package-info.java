/** Sends OpenTelemetry spans of calls and commits, if the environment asks for it. */
@NullMarked
package dev.holdfast.server.runtime.tracing;

import org.jspecify.annotations.NullMarked;
