/** Between protobuf and the ledger: validation of requests, commands and answers, statuses. */
@NullMarked
package dev.holdfast.server.api.convert;

import org.jspecify.annotations.NullMarked;
