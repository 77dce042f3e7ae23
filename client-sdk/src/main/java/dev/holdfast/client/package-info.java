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
 * <p><b>Changes are values, and a change is made once.</b> Each of {@link ReserveSlot}, {@link
 * SellSlot}, {@link FillSlot}, {@link ReleaseSlot} and {@link EndRequest} is given an operation id
 * when it is created. To send the same object again, in this process or, with the id written down,
 * in another, is to send the same change again: it is answered as before and changes nothing more,
 * for at least the server's retention window (seven days unless set otherwise). For another change
 * make another object.
 *
 * <p><b>Errors</b> of calls are unchecked and derive from {@link HoldfastException}. Every one says
 * that nothing was changed, except {@link OutcomeUnknownException}, which says that nobody knows
 * and how to go on. The other exceptions of a {@link Sale} say what became of the slot.
 *
 * <p><b>Retries.</b> Where the server cannot be reached or says that it is overloaded, a call is
 * sent up to five times in all, with growing, jittered pauses or the one that the server asks for,
 * all of it within the deadline. {@link Repositories#create}, {@link Repositories#delete}, {@link
 * Sales#deleteOffer(String)} and the changes of the {@link Datastore} are sent once, because
 * nothing tells a second attempt that the first succeeded.
 *
 * <p>Nothing is {@code null} unless it is marked {@link org.jspecify.annotations.Nullable}; a
 * {@code null} elsewhere is a {@link NullPointerException} at once. Prices have to be within 0 …
 * 2^256-1. All other rules about arguments are the server's, and are answered with {@link
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
