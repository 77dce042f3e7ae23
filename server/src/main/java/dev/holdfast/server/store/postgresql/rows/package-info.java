/** The rows of the tables, and the statements that read and write them. */
@NullMarked
package dev.holdfast.server.store.postgresql.rows;

import org.jspecify.annotations.NullMarked;
