/**
 * The ledger: takes commands, decides them in batches, and asks an engine to make each batch
 * durable.
 *
 * <p>It knows the rules and no engine; an engine implements {@link
 * dev.holdfast.server.ledger.engine.LedgerStore} and knows no rule. This package and the packages
 * below it depend only on the JDK's base module (and annotations).
 */
@NullMarked
package dev.holdfast.server.ledger;

import org.jspecify.annotations.NullMarked;
