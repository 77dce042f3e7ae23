@NullMarked
package dev.holdfast.server.runtime.config;

import org.jspecify.annotations.NullMarked;
