/**
 * How calls are sent, and every call of every facet ready to be sent. Not part of the API: it
 * changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.calls;

import org.jspecify.annotations.NullMarked;
