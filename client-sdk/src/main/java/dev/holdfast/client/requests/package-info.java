/**
 * What is asked of a server, as values: changes, each of which is made once, and queries. Where
 * nothing else is said they mean the repository {@code default}; {@code with…} makes a copy that
 * means another.
 */
@NullMarked
package dev.holdfast.client.requests;

import org.jspecify.annotations.NullMarked;
