/** The ledger's data as values, and how a change alters the books. */
@NullMarked
package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.NullMarked;
