/**
 * The errors of calls. Every exception carries the reason and the facts of the case, so that code
 * need not look at its message, and can be made by a test with {@code of}.
 *
 * <p>{@link dev.holdfast.client.errors.HoldfastException} is the error of one call. {@link
 * dev.holdfast.client.errors.LeaseLostException}, {@link
 * dev.holdfast.client.errors.SaleUnsettledException} and {@link
 * dev.holdfast.client.errors.SubmissionUnknownException} tell how the sale of a slot ended.
 */
@NullMarked
package dev.holdfast.client.errors;

import org.jspecify.annotations.NullMarked;
