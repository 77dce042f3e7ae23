/** The role that each RPC of the contract needs, and the repository that each request names. */
@NullMarked
package dev.holdfast.server.api.access;

import org.jspecify.annotations.NullMarked;
