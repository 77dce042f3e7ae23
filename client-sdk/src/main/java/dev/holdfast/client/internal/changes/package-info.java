/**
 * Batching of changes: queues by repository, and the batches in which they are sent. Not part of
 * the API: it changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.changes;

import org.jspecify.annotations.NullMarked;
