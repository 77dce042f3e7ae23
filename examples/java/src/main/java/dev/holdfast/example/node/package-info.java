/**
 * A storage node: it sells the space of its disk on a marketplace, uses Holdfast as the ledger of
 * that space, and can be killed at any moment. Begin with {@link
 * dev.holdfast.example.node.StorageNode}; a node on a real chain replaces {@link
 * dev.holdfast.example.node.Chain}.
 */
@NullMarked
package dev.holdfast.example.node;

import org.jspecify.annotations.NullMarked;
