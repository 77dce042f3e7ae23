/** The HTML of the page: escaping, numbers and times, addresses, and the frame. */
@NullMarked
package dev.holdfast.server.runtime.page.html;

import org.jspecify.annotations.NullMarked;
