/** The admin port: HTTP for probes, monitoring and people. */
@NullMarked
package dev.holdfast.server.runtime.admin;

import org.jspecify.annotations.NullMarked;
