/** Measures the server, and serves the measurements to Prometheus. */
@NullMarked
package dev.holdfast.server.runtime.metrics;

import org.jspecify.annotations.NullMarked;
