/** Values of options from environment variables and from a configuration file. */
@NullMarked
package dev.holdfast.server.runtime.config;

import org.jspecify.annotations.NullMarked;
