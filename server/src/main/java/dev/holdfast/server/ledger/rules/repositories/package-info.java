/** The commands on a repository, on its unassigned bytes and its datastore. */
@NullMarked
package dev.holdfast.server.ledger.rules.repositories;

import org.jspecify.annotations.NullMarked;
