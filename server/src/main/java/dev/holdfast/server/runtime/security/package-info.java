/** Access control: authentication by token or client certificate, roles, and repositories. */
@NullMarked
package dev.holdfast.server.runtime.security;

import org.jspecify.annotations.NullMarked;
