/**
 * A storage node: it sells the space of its disk on a marketplace, keeps the books of it in
 * Holdfast, and can be killed at any moment. {@link dev.holdfast.example.node.StorageNode} is where
 * to begin; {@link dev.holdfast.example.node.Chain} is what a node on a real chain replaces.
 */
@NullMarked
package dev.holdfast.example.node;

import org.jspecify.annotations.NullMarked;
