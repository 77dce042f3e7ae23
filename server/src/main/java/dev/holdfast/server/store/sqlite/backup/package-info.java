/** Backups of a store: writing, inspecting and restoring them. */
@NullMarked
package dev.holdfast.server.store.sqlite.backup;

import org.jspecify.annotations.NullMarked;
