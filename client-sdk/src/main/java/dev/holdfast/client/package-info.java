/**
 * The Java SDK of Holdfast, the ledger of a storage node's disk space.
 *
 * <pre>{@code
 * try (HoldfastClient client = HoldfastClient.builder("127.0.0.1:7420").build()) {
 *   Reservations reservations = client.reservations();
 *   Slot slot = new Slot("0x5f…", 3);
 *   Reservation reservation =
 *       reservations
 *           .reserveSlot(ReserveSlot.of(slot, 1 << 20).withLease(Duration.ofMinutes(10)))
 *           .reservation();
 *   try {
 *     download(slot);
 *     reservations.fillSlot(reservation);
 *   } catch (DownloadFailed e) {
 *     reservations.releaseSlot(reservation, ReleaseReason.ATTEMPT_FAILED);
 *   }
 * } catch (InsufficientStorageException e) {
 *   log("%d bytes are free, %d were needed", e.availableBytes(), e.requestedBytes());
 * }
 * }</pre>
 *
 * <p>This package has the client, its facets, the sale of a slot and listeners. The values that
 * these take and return are in {@code model} (the ledger), {@code requests}, {@code results} and
 * {@code errors}. The packages below {@code internal} are not part of the API.
 *
 * <p><b>Changes are values, and each change is made once.</b> Each of {@link ReserveSlot}, {@link
 * SellSlot}, {@link FillSlot}, {@link ReleaseSlot} and {@link EndRequest} is given an operation id
 * when it is created. If the same object is sent again, in this process or, with a stored id, in
 * another, it is the same change: it gets the same answer and changes nothing more, for at least
 * the server's retention window (seven days by default). For another change make another object.
 *
 * <p><b>Errors</b> of calls are unchecked and derive from {@link HoldfastException}. Each means
 * that nothing was changed, except {@link OutcomeUnknownException}: the outcome is unknown, and it
 * says how to continue. The other exceptions of a {@link Sale} tell the state of the slot.
 *
 * <p><b>Retries.</b> If the server is unreachable or overloaded, a call is sent up to five times in
 * all within its deadline, with growing, jittered pauses or the pause that the server requests.
 * {@link Repositories#create}, {@link Repositories#delete}, {@link Sales#deleteOffer(String)} and
 * the changes of the {@link Datastore} are sent once, because a second attempt cannot detect that
 * the first succeeded.
 *
 * <p>Nothing is {@code null} unless it is marked {@link org.jspecify.annotations.Nullable}; a
 * {@code null} elsewhere is a {@link NullPointerException} at once. Prices have to be within 0 …
 * 2^256-1. The server checks all other rules about arguments, and answers with {@link
 * ErrorReason#INVALID_ARGUMENT}.
 */
@NullMarked
package dev.holdfast.client;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.SellSlot;
import org.jspecify.annotations.NullMarked;
