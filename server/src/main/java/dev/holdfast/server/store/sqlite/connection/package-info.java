/**
 * JDBC access: connections, prepared statements, row checksums, the checkpointer, pooled readers,
 * and the classification of failures. Depends on no other package of the store except the data
 * directory.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.connection;

import org.jspecify.annotations.NullMarked;
