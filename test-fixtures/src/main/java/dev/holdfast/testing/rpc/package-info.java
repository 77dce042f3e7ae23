/**
 * Calls without the SDK: requests, plain gRPC stubs, rejections, and a server whose responses a
 * test defines.
 */
@NullMarked
package dev.holdfast.testing.rpc;

import org.jspecify.annotations.NullMarked;
