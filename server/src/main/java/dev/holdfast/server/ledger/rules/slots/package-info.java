/** The commands on slots, and {@code Apply}, which combines several of them. */
@NullMarked
package dev.holdfast.server.ledger.rules.slots;

import org.jspecify.annotations.NullMarked;
