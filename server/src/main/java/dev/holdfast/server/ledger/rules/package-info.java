/**
 * The rules: every command with the pure function that decides it. They use no SQL, no gRPC and no
 * clock, so that they can be tested exhaustively and are written once for all engines.
 */
@NullMarked
package dev.holdfast.server.ledger.rules;

import org.jspecify.annotations.NullMarked;
