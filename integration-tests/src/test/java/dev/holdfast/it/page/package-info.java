/** Tests of the page on the admin port of real servers. */
@NullMarked
package dev.holdfast.it.page;

import org.jspecify.annotations.NullMarked;
