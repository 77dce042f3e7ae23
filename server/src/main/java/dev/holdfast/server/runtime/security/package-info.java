/** Who may call what: authentication by token or client certificate, roles, and reload of files. */
@NullMarked
package dev.holdfast.server.runtime.security;

import org.jspecify.annotations.NullMarked;
