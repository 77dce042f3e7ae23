/**
 * The answers of a server that are more than a value of the ledger. The SDK makes them; a test of
 * code that uses the SDK can make them too.
 */
@NullMarked
package dev.holdfast.client.results;

import org.jspecify.annotations.NullMarked;
