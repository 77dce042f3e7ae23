/**
 * JDBC: connections, prepared statements, checksums of rows, the checkpointer, pooled readers, and
 * what is known of failures. A leaf but for the files themselves.
 */
@NullMarked
package dev.holdfast.server.store.sqlite.connection;

import org.jspecify.annotations.NullMarked;
