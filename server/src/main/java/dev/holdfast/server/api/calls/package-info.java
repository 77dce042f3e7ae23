/** Accepts, runs and answers calls: dispatch, read executors, budget for responses. */
@NullMarked
package dev.holdfast.server.api.calls;

import org.jspecify.annotations.NullMarked;
