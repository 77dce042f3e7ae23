/**
 * The rules: every command with the pure function that decides it. No SQL, no gRPC and no clock in
 * here, so that they can be tested exhaustively and are written once for every engine.
 */
@NullMarked
package dev.holdfast.server.ledger.rules;

import org.jspecify.annotations.NullMarked;
