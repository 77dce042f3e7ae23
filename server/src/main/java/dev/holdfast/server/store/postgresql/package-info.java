/**
 * The engine on PostgreSQL, for several servers that share a database. The only package that knows
 * PostgreSQL.
 */
@NullMarked
package dev.holdfast.server.store.postgresql;

import org.jspecify.annotations.NullMarked;
