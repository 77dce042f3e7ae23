package dev.holdfast.server.store.codec;

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
 * <p>A chunk is: the version of this format (1), then for each event its kind, the bytes available
 * after it, and what the kind needs, nearly all as variable-length integers. Revisions and times
 * are those of the chunk: the events of a chunk have revisions in a row and one time. What is near
 * to something else is written as how far it is from that: the bytes available to those of the
 * event before, generations and other revisions to the event's, times to the chunk's. An operation
 * id that is a UUID, as nearly all are, takes its 16 bytes and not its 36 characters.
 */
public final class EventCodec {
  private static final int FORMAT = 1;

  static final int CAPACITY_CHANGED = 1;
  static final int UNASSIGNED_CHANGED = 2;
  static final int SLOT_RESERVED = 3;
  static final int SLOT_FILLED = 4;
  static final int SLOT_RELEASED = 5;

  private EventCodec() {}

  /** Writes events with revisions in a row and one time. */
  public static byte[] encode(List<Event> events) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 + 80 * events.size());
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeUInt32NoTag(FORMAT);
      EventEncoder encoder = new EventEncoder(out);
      for (Event event : events) {
        encoder.write(event);
      }
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
      EventFields fields = fields(in, firstRevision, micros);
      List<Event> events = new ArrayList<>();
      for (long revision = firstRevision; !in.isAtEnd(); revision++) {
        int kind = in.readUInt32();
        long availableBytes = fields.availableBytes();
        Change.Booked change = read(in, fields, kind, revision, micros);
        events.add(new Event(revision, micros, availableBytes, change));
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EventFields fields(CodedInputStream in, long firstRevision, long micros)
      throws IOException {
    int format = in.readUInt32();
    if (format != FORMAT) {
      throw new IllegalStateException("events in a format of the future: " + format);
    }
    return new EventFields(in, firstRevision, micros);
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
      EventFields fields = fields(in, 0, 0);
      for (int place = 0; !in.isAtEnd(); place++) {
        int kind = in.readUInt32();
        fields.availableBytes();
        switch (kind) {
          case CAPACITY_CHANGED -> {
            in.readUInt32();
            in.readUInt64();
          }
          case UNASSIGNED_CHANGED -> in.readUInt64();
          case SLOT_RESERVED, SLOT_FILLED -> {
            in.skipRawBytes(in.readUInt32());
            skipBehindSlot(in, fields);
          }
          case SLOT_RELEASED -> {
            in.readUInt32();
            fields.skipOperationId();
            in.readBool();
            releases.take(place, in.readByteArray());
            skipBehindSlot(in, fields);
          }
          default -> throw new IllegalStateException("an event of a kind of the future: " + kind);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void skipBehindSlot(CodedInputStream in, EventFields fields) throws IOException {
    in.readUInt64();
    fields.generation();
    fields.micros();
    fields.leaseExpireMicros(in.readUInt64());
    fields.skipOperationId();
    fields.skipFill();
    fields.skipOfferId();
  }

  private static Change.Booked read(
      CodedInputStream in, EventFields fields, int kind, long revision, long micros)
      throws IOException {
    return switch (kind) {
      case CAPACITY_CHANGED ->
          new CapacityChanged(CapacityChanged.Kind.ofNumber(in.readUInt32()), in.readUInt64());
      case UNASSIGNED_CHANGED -> new Change.UnassignedChanged(in.readUInt64());
      case SLOT_RESERVED -> new Change.SlotReserved(readReservation(in, fields));
      case SLOT_FILLED -> new Change.SlotFilled(readReservation(in, fields));
      case SLOT_RELEASED -> {
        ReleaseReason reason = ReleaseReason.ofNumber(in.readUInt32());
        String operationId = fields.operationId();
        boolean anyGeneration = in.readBool();
        yield new Change.SlotReleased(
            new Released(
                readReservation(in, fields), reason, revision, micros, operationId, anyGeneration));
      }
      default -> throw new IllegalStateException("an event of a kind of the future: " + kind);
    };
  }

  private static Reservation readReservation(CodedInputStream in, EventFields fields)
      throws IOException {
    byte[] slotKey = in.readByteArray();
    long amountBytes = in.readUInt64();
    long generation = fields.generation();
    long createMicros = fields.micros();
    long leaseMicros = in.readUInt64();
    long leaseExpireMicros = fields.leaseExpireMicros(leaseMicros);
    return new Reservation(
        SlotKeys.decode(slotKey),
        amountBytes,
        generation,
        createMicros,
        leaseMicros,
        leaseExpireMicros,
        fields.operationId(),
        fields.fill(),
        fields.offerId());
  }
}
