/** Moves a whole ledger from one store to another, and proves that both have the same contents. */
@NullMarked
package dev.holdfast.server.store.move;

import org.jspecify.annotations.NullMarked;
