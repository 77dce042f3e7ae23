/**
 * Implements the services of the contract. Every protobuf message is validated here before it
 * becomes a command, and only this package and the packages below it know protobuf messages and
 * gRPC statuses.
 */
@NullMarked
package dev.holdfast.server.api;

import org.jspecify.annotations.NullMarked;
