/**
 * The data of a batch: the read set, the view that rules decide against, drafts on top of it, and
 * the delta that an engine writes.
 */
@NullMarked
package dev.holdfast.server.ledger.view;

import org.jspecify.annotations.NullMarked;
