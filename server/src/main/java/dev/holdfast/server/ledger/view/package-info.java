/**
 * What a batch loads, decides against and changes: the read set, the view, drafts laid over it, and
 * the delta that an engine writes.
 */
@NullMarked
package dev.holdfast.server.ledger.view;

import org.jspecify.annotations.NullMarked;
