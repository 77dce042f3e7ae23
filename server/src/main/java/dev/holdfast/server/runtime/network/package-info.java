/** Limits the network resources of each client: connections, calls, bytes and frames. */
@NullMarked
package dev.holdfast.server.runtime.network;

import org.jspecify.annotations.NullMarked;
