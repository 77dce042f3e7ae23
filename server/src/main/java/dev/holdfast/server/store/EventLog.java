package dev.holdfast.server.store;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Events of a batch as one value, because a row for each would cost more than the change that it
 * tells of. Written by revision, a page of them is full before the next one is begun.
 *
 * <p>A chunk is: the version of this format (2), then for each event its kind, the bytes available
 * after it, and what the kind needs, all as variable-length integers. Revisions and times are those
 * of the chunk: the events of a chunk have revisions in a row and one time. Version 1, from before
 * anything was sold, is the same without the offers of reservations, and can still be read.
 */
public final class EventLog {
  private static final int FORMAT = 2;
  private static final int FORMAT_WITHOUT_OFFERS = 1;

  private static final int CAPACITY_CHANGED = 1;
  private static final int UNASSIGNED_CHANGED = 2;
  private static final int SLOT_RESERVED = 3;
  private static final int SLOT_FILLED = 4;
  private static final int SLOT_RELEASED = 5;

  /** Of a reservation: amount, generation, when it was made, lease, and when that ends. */
  private static final int NUMBERS_BEHIND_SLOT = 5;

  private EventLog() {}

  /** Writes events with revisions in a row and one time. */
  public static byte[] encode(List<Event> events) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 + 64 * events.size());
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeUInt32NoTag(FORMAT);
      for (Event event : events) {
        write(out, event);
      }
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(CodedOutputStream out, Event event) throws IOException {
    Change.Booked change = event.change();
    if (change instanceof CapacityChanged capacity) {
      begin(out, CAPACITY_CHANGED, event);
      out.writeUInt32NoTag(capacity.kind().number());
      out.writeUInt64NoTag(capacity.capacityBytes());
    } else if (change instanceof Change.UnassignedChanged unassigned) {
      begin(out, UNASSIGNED_CHANGED, event);
      out.writeUInt64NoTag(unassigned.unassignedBytes());
    } else if (change instanceof Change.SlotReserved reserved) {
      begin(out, SLOT_RESERVED, event);
      write(out, reserved.reservation());
    } else if (change instanceof Change.SlotFilled filled) {
      begin(out, SLOT_FILLED, event);
      write(out, filled.reservation());
    } else if (change instanceof Change.SlotReleased released) {
      begin(out, SLOT_RELEASED, event);
      Released past = released.released();
      out.writeUInt32NoTag(past.reason().number());
      out.writeStringNoTag(past.operationId());
      out.writeBoolNoTag(past.anyGeneration());
      write(out, past.reservation());
    }
  }

  private static void begin(CodedOutputStream out, int kind, Event event) throws IOException {
    out.writeUInt32NoTag(kind);
    out.writeUInt64NoTag(event.availableBytes());
  }

  private static void write(CodedOutputStream out, Reservation reservation) throws IOException {
    out.writeByteArrayNoTag(SlotKeys.encode(reservation.slot()));
    out.writeUInt64NoTag(reservation.amountBytes());
    out.writeUInt64NoTag(reservation.generation());
    out.writeUInt64NoTag(reservation.createMicros());
    out.writeUInt64NoTag(reservation.leaseMicros());
    out.writeUInt64NoTag(reservation.leaseExpireMicros());
    out.writeStringNoTag(reservation.reserveOperationId());
    Reservation.Fill fill = reservation.fill();
    out.writeUInt64NoTag(fill.revision());
    if (reservation.filled()) {
      out.writeUInt64NoTag(fill.micros());
      out.writeStringNoTag(fill.operationId());
      out.writeBoolNoTag(fill.anyGeneration());
    }
    out.writeStringNoTag(reservation.offerId());
  }

  /**
   * Whether events in a chunk may be about what has this key, or one that begins with it. It costs
   * a fraction of reading them. No key at all is in every chunk.
   */
  public static boolean mentions(byte[] chunk, byte[] slotKey) {
    if (slotKey.length == 0) {
      return true;
    }
    // The first byte only says which kind of key it is, and is the same in nearly all of them.
    byte second = slotKey[1];
    for (int at = 0; at <= chunk.length - slotKey.length; at++) {
      if (chunk[at + 1] == second
          && Arrays.equals(chunk, at, at + slotKey.length, slotKey, 0, slotKey.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads a chunk.
   *
   * @param firstRevision the revision of the first event in it
   * @param micros the time of all of them
   */
  public static List<Event> decode(byte[] chunk, long firstRevision, long micros) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(chunk);
      boolean offers = hasOffers(in.readUInt32());
      List<Event> events = new ArrayList<>();
      for (long revision = firstRevision; !in.isAtEnd(); revision++) {
        int kind = in.readUInt32();
        long availableBytes = in.readUInt64();
        Change.Booked change = read(in, offers, kind, revision, micros);
        events.add(new Event(revision, micros, availableBytes, change));
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes the releases of a chunk. */
  public interface Releases {
    /**
     * One of them.
     *
     * @param place how many events of the chunk are before it
     * @param slotKey the key of the slot that was released
     */
    void take(int place, byte[] slotKey);
  }

  /** Finds the releases in a chunk. It costs a fraction of reading the events. */
  public static void releases(byte[] chunk, Releases releases) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(chunk);
      boolean offers = hasOffers(in.readUInt32());
      for (int place = 0; !in.isAtEnd(); place++) {
        int kind = in.readUInt32();
        in.readUInt64();
        switch (kind) {
          case CAPACITY_CHANGED -> {
            in.readUInt32();
            in.readUInt64();
          }
          case UNASSIGNED_CHANGED -> in.readUInt64();
          case SLOT_RESERVED, SLOT_FILLED -> {
            skipBytes(in);
            skipBehindSlot(in, offers);
          }
          case SLOT_RELEASED -> {
            in.readUInt32();
            skipBytes(in);
            in.readBool();
            releases.take(place, in.readByteArray());
            skipBehindSlot(in, offers);
          }
          default -> throw new IllegalStateException("an event of a kind of the future: " + kind);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void skipBytes(CodedInputStream in) throws IOException {
    in.skipRawBytes(in.readUInt32());
  }

  private static void skipBehindSlot(CodedInputStream in, boolean offers) throws IOException {
    for (int i = 0; i < NUMBERS_BEHIND_SLOT; i++) {
      in.readUInt64();
    }
    skipBytes(in);
    boolean filled = in.readUInt64() != 0;
    if (filled) {
      in.readUInt64();
      skipBytes(in);
      in.readBool();
    }
    if (offers) {
      skipBytes(in);
    }
  }

  private static boolean hasOffers(int format) {
    if (format != FORMAT && format != FORMAT_WITHOUT_OFFERS) {
      throw new IllegalStateException("events in a format of the future: " + format);
    }
    return format != FORMAT_WITHOUT_OFFERS;
  }

  private static Change.Booked read(
      CodedInputStream in, boolean offers, int kind, long revision, long micros)
      throws IOException {
    return switch (kind) {
      case CAPACITY_CHANGED ->
          new CapacityChanged(CapacityChanged.Kind.ofNumber(in.readUInt32()), in.readUInt64());
      case UNASSIGNED_CHANGED -> new Change.UnassignedChanged(in.readUInt64());
      case SLOT_RESERVED -> new Change.SlotReserved(readReservation(in, offers));
      case SLOT_FILLED -> new Change.SlotFilled(readReservation(in, offers));
      case SLOT_RELEASED -> {
        ReleaseReason reason = ReleaseReason.ofNumber(in.readUInt32());
        String operationId = in.readString();
        boolean anyGeneration = in.readBool();
        yield new Change.SlotReleased(
            new Released(
                readReservation(in, offers), reason, revision, micros, operationId, anyGeneration));
      }
      default -> throw new IllegalStateException("an event of a kind of the future: " + kind);
    };
  }

  private static Reservation readReservation(CodedInputStream in, boolean offers)
      throws IOException {
    byte[] slotKey = in.readByteArray();
    long amountBytes = in.readUInt64();
    long generation = in.readUInt64();
    long createMicros = in.readUInt64();
    long leaseMicros = in.readUInt64();
    long leaseExpireMicros = in.readUInt64();
    String reserveOperationId = in.readString();
    long fillRevision = in.readUInt64();
    return new Reservation(
        SlotKeys.decode(slotKey),
        amountBytes,
        generation,
        createMicros,
        leaseMicros,
        leaseExpireMicros,
        reserveOperationId,
        fillRevision == 0
            ? Reservation.Fill.NONE
            : new Reservation.Fill(fillRevision, in.readUInt64(), in.readString(), in.readBool()),
        offers ? in.readString() : "");
  }
}
