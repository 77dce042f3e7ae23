/** Files that an operator writes: read with a bound, and read again when their contents change. */
@NullMarked
package dev.holdfast.server.runtime.security.files;

import org.jspecify.annotations.NullMarked;
