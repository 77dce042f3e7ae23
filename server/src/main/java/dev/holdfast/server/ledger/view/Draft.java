package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.SlotHistory.RememberedChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Books with unwritten changes on top. Drafts can be stacked: decisions on an upper draft do not
 * affect the lower one until their changes are applied there.
 */
public final class Draft implements Books {
  private final String repositoryId;
  private final Books base;
  private final long nowMicros;
  private final DiskSpace diskSpace;
  private @Nullable Repository repository;
  private final Map<Slot, SlotHistory> slots = new HashMap<>();

  /** Releases that are no longer the latest ones of their slots. */
  private final OlderReleases older = new OlderReleases();

  private final Map<OperationKey, RememberedOperation> operations = new HashMap<>();
  private final DraftOffers offers;
  private final DraftKeys keys;
  private final List<Change> changes = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();
  private int replayCount;

  /** The changed slots by request; built when a whole request is first read. */
  private @Nullable Map<String, List<Slot>> slotsByRequest;

  /** Makes a draft on these books; all changes get this time. */
  public Draft(String repositoryId, Books base, long nowMicros) {
    this(repositoryId, base, nowMicros, base.diskSpace());
  }

  /** Makes a draft on these books, on a disk with this space. */
  public Draft(String repositoryId, Books base, long nowMicros, DiskSpace diskSpace) {
    this.repositoryId = repositoryId;
    this.base = base;
    this.nowMicros = nowMicros;
    this.diskSpace = diskSpace;
    this.repository = base.repository();
    this.offers = new DraftOffers(base);
    this.keys = new DraftKeys(base.keys());
  }

  @Override
  public @Nullable Repository repository() {
    return repository;
  }

  /** Returns the time of all changes, in microseconds since the epoch. */
  public long nowMicros() {
    return nowMicros;
  }

  @Override
  public DiskSpace diskSpace() {
    return diskSpace;
  }

  @Override
  public SlotHistory slot(Slot slot) {
    SlotHistory altered = slots.get(slot);
    return altered != null ? altered : base.slot(slot);
  }

  @Override
  public @Nullable Released released(Slot slot, long generation) {
    SlotHistory altered = slots.get(slot);
    if (altered != null) {
      Released latest = altered.released(generation);
      Released found = latest != null ? latest : older.released(slot, generation);
      if (found != null) {
        return found;
      }
    }
    return base.released(slot, generation);
  }

  @Override
  public @Nullable RememberedChange operation(Slot slot, String operationId) {
    SlotHistory altered = slots.get(slot);
    if (altered != null) {
      RememberedChange latest = altered.operation(operationId);
      RememberedChange found = latest != null ? latest : older.operation(slot, operationId);
      if (found != null) {
        return replayed(found);
      }
    }
    return replayed(base.operation(slot, operationId));
  }

  @Override
  public RequestReservations reservationsOf(String requestId) {
    List<Slot> altered = slotsByRequest().getOrDefault(requestId, List.of());
    RequestReservations before = base.reservationsOf(requestId);
    if (altered.isEmpty()) {
      return before;
    }
    Map<Slot, Reservation> merged = new TreeMap<>();
    for (Reservation reservation : before.reservations()) {
      merged.put(reservation.slot(), reservation);
    }
    for (Slot slot : altered) {
      Reservation current = slot(slot).current();
      if (current == null) {
        merged.remove(slot);
      } else {
        merged.put(slot, current);
      }
    }
    return new RequestReservations(List.copyOf(merged.values()), before.more());
  }

  @Override
  public boolean isReserved(Slot slot) {
    SlotHistory altered = slots.get(slot);
    return altered != null ? altered.current() != null : base.isReserved(slot);
  }

  @Override
  public @Nullable RememberedOperation operation(OperationKey key) {
    RememberedOperation added = operations.get(key);
    return replayed(added != null ? added : base.operation(key));
  }

  private <T> @Nullable T replayed(@Nullable T found) {
    if (found != null) {
      replayCount++;
    }
    return found;
  }

  /** Returns how often an operation was found again by its operation id. */
  public int replayCount() {
    return replayCount;
  }

  @Override
  public @Nullable Offer offer(String offerId) {
    return offers.offer(offerId);
  }

  @Override
  public List<Offer> offers() {
    return offers.all();
  }

  @Override
  public int offerCount() {
    return offers.count();
  }

  @Override
  public long soldBytes(String offerId) {
    return offers.soldBytes(offerId);
  }

  @Override
  public Keys keys() {
    return keys;
  }

  /** Returns all applied changes, in order. */
  public List<Change> changes() {
    return Collections.unmodifiableList(changes);
  }

  /** Returns all booked changes as events. */
  public List<Event> events() {
    return Collections.unmodifiableList(events);
  }

  /** Applies a change. A change that does not fit the books is a programming error and throws. */
  public void apply(Change change) {
    if (change instanceof Change.Booked booked) {
      book(booked);
    } else if (change instanceof Change.LeaseRenewed renewed) {
      put(renewed.reservation().slot(), slot -> slot.withCurrent(renewed.reservation()));
    } else if (change instanceof Change.OfferPut put) {
      offers.put(put.offerId(), put.terms());
    } else if (change instanceof Change.OfferDeleted deleted) {
      offers.delete(deleted.offerId());
    } else if (change instanceof Change.OperationRemembered remembered) {
      operations.put(remembered.operation().key(), remembered.operation());
    } else if (change instanceof Change.ValuePut put) {
      keys.put(put.entry());
    } else if (change instanceof Change.KeyDeleted deleted) {
      keys.delete(deleted.key());
    }
    changes.add(change);
  }

  private void book(Change.Booked change) {
    Repository before = repository != null ? repository : Repository.blank(repositoryId);
    if (change instanceof Change.SlotReserved reserved) {
      Reservation reservation = reserved.reservation();
      check(reservation.generation() == before.revision() + 1, reserved);
      check(slot(reservation.slot()).current() == null, reserved);
      put(reservation.slot(), slot -> slot.withCurrent(reservation));
    } else if (change instanceof Change.SlotFilled filled) {
      checkCurrent(filled.reservation(), filled);
      put(filled.reservation().slot(), slot -> slot.withCurrent(filled.reservation()));
    } else if (change instanceof Change.SlotReleased released) {
      Reservation reservation = released.released().reservation();
      check(released.released().revision() == before.revision() + 1, released);
      checkCurrent(reservation, released);
      Released superseded = slot(reservation.slot()).latestReleased();
      if (superseded != null) {
        older.add(superseded);
      }
      put(reservation.slot(), slot -> new SlotHistory(null, released.released()));
    } else if (change instanceof Change.CapacityChanged capacity
        && capacity.kind() == Change.CapacityChanged.Kind.DELETED) {
      offers.clear();
    }
    offers.book(change);
    Repository after = before.after(change, nowMicros);
    repository = after;
    events.add(new Event(after.revision(), nowMicros, after.availableBytes(), change));
  }

  private void checkCurrent(Reservation reservation, Change change) {
    Reservation current = slot(reservation.slot()).current();
    check(current != null && current.generation() == reservation.generation(), change);
  }

  private static void check(boolean fits, Change change) {
    if (!fits) {
      throw new IllegalStateException("change does not fit the books: " + change);
    }
  }

  private interface Alteration {
    SlotHistory of(SlotHistory history);
  }

  private void put(Slot slot, Alteration alteration) {
    SlotHistory before = slots.put(slot, alteration.of(slot(slot)));
    if (before == null && slotsByRequest != null) {
      slotsByRequest.computeIfAbsent(slot.requestId(), id -> new ArrayList<>()).add(slot);
    }
  }

  private Map<String, List<Slot>> slotsByRequest() {
    if (slotsByRequest == null) {
      Map<String, List<Slot>> index = new HashMap<>();
      for (Slot slot : slots.keySet()) {
        index.computeIfAbsent(slot.requestId(), id -> new ArrayList<>()).add(slot);
      }
      slotsByRequest = index;
    }
    return slotsByRequest;
  }

  /** Returns the changes to write. Must only be called if there are changes. */
  public Delta delta() {
    List<Delta.SlotDelta> altered = new ArrayList<>(slots.size());
    for (Map.Entry<Slot, SlotHistory> entry : slots.entrySet()) {
      altered.add(new Delta.SlotDelta(entry.getKey(), base.slot(entry.getKey()), entry.getValue()));
    }
    List<Released> released = new ArrayList<>();
    for (Event event : events) {
      if (event.change() instanceof Change.SlotReleased change) {
        released.add(change.released());
      }
    }
    return new Delta(
        base.repository(),
        Objects.requireNonNull(repository),
        altered,
        released,
        offers.delta(),
        List.copyOf(operations.values()),
        events,
        keys.delta());
  }
}
