/** What the ledger keeps, as values, and how a change to it alters the books. */
@NullMarked
package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.NullMarked;
