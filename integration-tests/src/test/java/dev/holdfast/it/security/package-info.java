/** Tokens, certificates and roles against a real server. */
@NullMarked
package dev.holdfast.it.security;

import org.jspecify.annotations.NullMarked;
