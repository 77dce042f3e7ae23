/** What one client may take of the network: connections, calls, bytes and frames. */
@NullMarked
package dev.holdfast.server.runtime.network;

import org.jspecify.annotations.NullMarked;
