/**
 * A simulated marketplace for storage, in place of a chain: buyers post requests, hosts fill their
 * slots with proofs, and a month takes as long as somebody wants to watch. It knows nothing of
 * Holdfast.
 */
@NullMarked
package dev.holdfast.example.marketplace;

import org.jspecify.annotations.NullMarked;
