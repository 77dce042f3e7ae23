package dev.holdfast.server.operator;

import dev.holdfast.client.HoldfastClient;

/**
 * A connection to a server that answered.
 *
 * @param client makes the calls
 * @param out takes what the command prints
 * @param health the health of the server, as gRPC names it
 */
record Session(HoldfastClient client, Output out, String health) {}
