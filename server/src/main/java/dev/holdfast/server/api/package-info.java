/**
 * The services: words in, words out. Every protobuf message is checked here before it becomes a
 * command, and nothing but this room knows protobuf's messages or gRPC's statuses.
 */
@NullMarked
package dev.holdfast.server.api;

import org.jspecify.annotations.NullMarked;
