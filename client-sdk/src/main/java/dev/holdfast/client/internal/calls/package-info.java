/**
 * The transport of calls, and the calls of every facet. Not part of the API: it changes without
 * notice.
 */
@NullMarked
package dev.holdfast.client.internal.calls;

import org.jspecify.annotations.NullMarked;
