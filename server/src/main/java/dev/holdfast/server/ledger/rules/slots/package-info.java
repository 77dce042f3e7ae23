/** The commands on slots, and {@code Apply}, which is many of them. */
@NullMarked
package dev.holdfast.server.ledger.rules.slots;

import org.jspecify.annotations.NullMarked;
