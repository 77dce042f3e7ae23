/**
 * The parts of a sale besides its calls: lease renewal, interruption of a step, and the resolving
 * of unknown outcomes. Not part of the API: it changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.sale;

import org.jspecify.annotations.NullMarked;
