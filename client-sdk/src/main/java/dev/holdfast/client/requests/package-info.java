/**
 * The requests to a server, as values: changes, each of which is made once, and queries. They use
 * the repository {@code default}, unless {@code withRepositoryId} made a copy for another.
 */
@NullMarked
package dev.holdfast.client.requests;

import org.jspecify.annotations.NullMarked;
