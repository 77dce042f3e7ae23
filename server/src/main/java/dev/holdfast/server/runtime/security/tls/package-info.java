/** TLS: certificates and keys from PEM files, and the contexts of the two ports. */
@NullMarked
package dev.holdfast.server.runtime.security.tls;

import org.jspecify.annotations.NullMarked;
