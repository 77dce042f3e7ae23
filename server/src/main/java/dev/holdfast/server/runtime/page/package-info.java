/** The page on the admin port: repositories, slots, events and offers, for people. */
@NullMarked
package dev.holdfast.server.runtime.page;

import org.jspecify.annotations.NullMarked;
