/** Makes the reservations agree with what was observed on the chain. */
@NullMarked
package dev.holdfast.server.ledger.rules.reconcile;

import org.jspecify.annotations.NullMarked;
