/** Certificates for tests. */
@NullMarked
package dev.holdfast.testing.tls;

import org.jspecify.annotations.NullMarked;
