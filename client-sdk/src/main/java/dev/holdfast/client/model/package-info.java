/**
 * The ledger as values: slots, reservations, repositories, offers and events, as of the answer. A
 * test of code that uses the SDK can make all of them.
 */
@NullMarked
package dev.holdfast.client.model;

import org.jspecify.annotations.NullMarked;
