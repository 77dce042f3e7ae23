/**
 * The files of the data directory: the lock, the disk reserve, file permissions, and explanations
 * of disk problems in one line. Depends on no other package of the store.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.directory;

import org.jspecify.annotations.NullMarked;
