/**
 * A simulated marketplace for storage, instead of a chain: buyers post requests, hosts fill their
 * slots with proofs, and blocks come as fast as the caller wants. It does not use Holdfast.
 */
@NullMarked
package dev.holdfast.example.marketplace;

import org.jspecify.annotations.NullMarked;
