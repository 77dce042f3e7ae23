/** How a call is taken on, run and answered: dispatch, read executors, room for answers. */
@NullMarked
package dev.holdfast.server.api.calls;

import org.jspecify.annotations.NullMarked;
