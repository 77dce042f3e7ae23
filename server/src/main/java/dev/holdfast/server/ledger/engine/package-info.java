/**
 * What the ledger asks of a storage engine: transactions, reads and housekeeping. A leaf of the
 * ledger's own code; it knows the rules only as commands that an engine passes on.
 */
@NullMarked
package dev.holdfast.server.ledger.engine;

import org.jspecify.annotations.NullMarked;
