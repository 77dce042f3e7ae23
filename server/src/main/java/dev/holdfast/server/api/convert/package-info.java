/**
 * Converts between protobuf and the ledger: validation of requests, commands, responses, statuses.
 */
@NullMarked
package dev.holdfast.server.api.convert;

import org.jspecify.annotations.NullMarked;
