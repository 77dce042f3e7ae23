/**
 * The files of the data directory: who holds it, room kept back, rights, and what is wrong with the
 * disk in one line. A leaf.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.directory;

import org.jspecify.annotations.NullMarked;
