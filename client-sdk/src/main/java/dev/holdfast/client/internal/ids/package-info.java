/** Operation ids. Not part of the API: it changes without notice. */
@NullMarked
package dev.holdfast.client.internal.ids;

import org.jspecify.annotations.NullMarked;
