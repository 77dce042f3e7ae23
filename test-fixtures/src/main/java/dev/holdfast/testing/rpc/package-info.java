/**
 * Calls without the SDK: requests, bare stubs, refusals, and a server whose answers a test writes.
 */
@NullMarked
package dev.holdfast.testing.rpc;

import org.jspecify.annotations.NullMarked;
