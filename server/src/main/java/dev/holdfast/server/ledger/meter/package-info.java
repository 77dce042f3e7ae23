/** The measurements that the ledger reports while it works. */
@NullMarked
package dev.holdfast.server.ledger.meter;

import org.jspecify.annotations.NullMarked;
