/**
 * One call as messages: from values to messages and back, errors, attempts, and what a channel
 * retries. Not part of the API: it changes without notice.
 */
@NullMarked
package dev.holdfast.client.internal.wire;

import org.jspecify.annotations.NullMarked;
