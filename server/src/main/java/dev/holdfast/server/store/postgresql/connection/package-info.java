/** Connections to PostgreSQL: their address, their pools, statements in one flight, and errors. */
@NullMarked
package dev.holdfast.server.store.postgresql.connection;

import org.jspecify.annotations.NullMarked;
