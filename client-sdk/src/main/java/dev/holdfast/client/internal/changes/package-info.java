/**
 * Changes that leave together: queues by repository, and the batches that they are sent in. Not
 * part of the API: it changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.changes;

import org.jspecify.annotations.NullMarked;
