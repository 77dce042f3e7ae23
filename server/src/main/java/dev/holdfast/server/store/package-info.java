/**
 * What the engines share: how slots and events become bytes, and how schemas get their versions.
 */
@NullMarked
package dev.holdfast.server.store;

import org.jspecify.annotations.NullMarked;
