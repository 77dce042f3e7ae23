/**
 * The parts of a sale besides its calls: a lease that is renewed, a step that is interrupted, and a
 * change that is sent until it is answered. Not part of the API: it changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.sale;

import org.jspecify.annotations.NullMarked;
