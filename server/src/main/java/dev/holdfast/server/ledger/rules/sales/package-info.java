/** Offers, and the sale of a slot. */
@NullMarked
package dev.holdfast.server.ledger.rules.sales;

import org.jspecify.annotations.NullMarked;
