package dev.holdfast.client.internal.sale;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.internal.calls.ReservationCalls;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.changes.BatchableChange;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.requests.RenewLease;
import io.grpc.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Renews a lease in the background at a third of its length, and reports when it is lost. An
 * unreachable server loses no lease: only its answer that the reservation is gone counts.
 */
public final class LeaseKeeper {
  private final Transport transport;
  private final Context context;
  private final Reservation reservation;
  private final Duration lease;
  private final Runnable onLost;

  // Guarded by this.
  private @Nullable Future<?> timer;
  private @Nullable CompletableFuture<Reservation> renewal;
  private boolean stopped;

  private volatile @Nullable HoldfastException lost;

  /**
   * Makes a keeper that has not started yet.
   *
   * @param context the Context of the calls
   * @param onLost runs once if the server reports that the reservation is gone
   */
  public LeaseKeeper(
      Transport transport,
      Context context,
      Reservation reservation,
      Duration lease,
      Runnable onLost) {
    // A renewal that hangs is replaced by the next one.
    Duration third = lease.dividedBy(3);
    Duration deadline = transport.deadline();
    this.transport = transport.withDeadline(third.compareTo(deadline) < 0 ? third : deadline);
    this.context = context;
    this.reservation = reservation;
    this.lease = lease;
    this.onLost = onLost;
  }

  /** Begins to renew: at once if the lease is from an earlier run and may soon expire. */
  public LeaseKeeper begin() {
    Instant expires = reservation.leaseExpireTime();
    Duration left = expires == null ? Duration.ZERO : Duration.between(Instant.now(), expires);
    Duration third = lease.dividedBy(3);
    Duration first = left.minus(third).minus(third);
    schedule(first.isNegative() ? Duration.ZERO : first.compareTo(third) < 0 ? first : third);
    return this;
  }

  /** Returns the server's answer that the reservation is gone; {@code null} while there is none. */
  public @Nullable HoldfastException lost() {
    return lost;
  }

  /** Returns whether an error says that there is no such reservation any more. */
  public static boolean saysGone(HoldfastException error) {
    return switch (error.reason()) {
      case RESERVATION_NOT_FOUND, GENERATION_MISMATCH, REPOSITORY_NOT_FOUND -> true;
      default -> false;
    };
  }

  /** Stops the keeper, and a renewal in flight. */
  public void stop() {
    CompletableFuture<Reservation> underWay;
    synchronized (this) {
      stopped = true;
      underWay = renewal;
      if (timer != null) {
        timer.cancel(false);
      }
    }
    if (underWay != null) {
      underWay.cancel(true);
    }
  }

  private synchronized void schedule(Duration pause) {
    if (!stopped) {
      timer = transport.background().after(pause, context.wrap(this::renew));
    }
  }

  private void renew() {
    CompletableFuture<Reservation> next;
    synchronized (this) {
      if (stopped) {
        return;
      }
      next =
          transport.sendBatched(
              ReservationCalls.renewLease(RenewLease.of(reservation, lease)),
              BatchableChange.RENEW_LEASE,
              reservation.repositoryId());
      renewal = next;
    }
    CompletableFuture<Reservation> unused = next.whenComplete((renewed, thrown) -> renewed(thrown));
  }

  private void renewed(@Nullable Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException wrapped ? wrapped.getCause() : thrown;
    if (cause == null) {
      schedule(lease.dividedBy(3));
    } else if (cause instanceof HoldfastException e && saysGone(e)) {
      tellLost(e);
    } else if (cause instanceof HoldfastException e && e.reason() == ErrorReason.SLOT_FILLED) {
      // There is no lease to renew any more.
      return;
    } else {
      schedule(lease.dividedBy(12));
    }
  }

  private void tellLost(HoldfastException e) {
    synchronized (this) {
      if (stopped) {
        return;
      }
      lost = e;
    }
    onLost.run();
  }
}
