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
 * Encodes the events of a batch as one value, because a row for each event would cost more than the
 * change that the event describes. Chunks are written in the order of revisions, so a page is full
 * before the next page is begun.
 *
 * <p>A chunk is the version of this format (1), then for each event its kind, the bytes available
 * after it, and the fields of its kind, nearly all as variable-length integers. The events of a
 * chunk have consecutive revisions and one time, which are stored with the chunk. Other numbers are
 * stored as differences: the bytes available from those of the event before, generations and other
 * revisions from the event's revision, times from the chunk's time. An operation id that is a UUID,
 * as nearly all are, takes its 16 bytes instead of its 36 characters.
 */
public final class EventCodec {
  private static final int FORMAT = 1;

  static final int CAPACITY_CHANGED = 1;
  static final int UNASSIGNED_CHANGED = 2;
  static final int SLOT_RESERVED = 3;
  static final int SLOT_FILLED = 4;
  static final int SLOT_RELEASED = 5;

  private EventCodec() {}

  /** Encodes events that have consecutive revisions and one time. */
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
   * Returns whether events in a chunk may be about a slot with this key or key prefix. The check
   * costs a fraction of decoding the events. Every chunk may contain the empty prefix.
   */
  public static boolean mayContain(byte[] chunk, byte[] slotKey) {
    if (slotKey.length == 0) {
      return true;
    }
    // The first byte of a key is only its kind, which is the same in nearly all keys.
    byte secondByte = slotKey[1];
    for (int at = 0; at <= chunk.length - slotKey.length; at++) {
      if (chunk[at + 1] == secondByte
          && Arrays.equals(chunk, at, at + slotKey.length, slotKey, 0, slotKey.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Decodes a chunk.
   *
   * @param firstRevision the revision of the first event in the chunk
   * @param micros the time of all events in the chunk, in microseconds since the epoch
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
      throw new IllegalStateException("unknown format of events: " + format);
    }
    return new EventFields(in, firstRevision, micros);
  }

  /** Receives the releases of a chunk. */
  public interface Releases {
    /**
     * Receives one release.
     *
     * @param index the number of events in the chunk before the release
     * @param slotKey the key of the released slot
     */
    void accept(int index, byte[] slotKey);
  }

  /** Finds the releases in a chunk. This costs a fraction of decoding the events. */
  public static void releases(byte[] chunk, Releases releases) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(chunk);
      EventFields fields = fields(in, 0, 0);
      for (int index = 0; !in.isAtEnd(); index++) {
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
            skipAfterSlot(in, fields);
          }
          case SLOT_RELEASED -> {
            in.readUInt32();
            fields.skipOperationId();
            in.readBool();
            releases.accept(index, in.readByteArray());
            skipAfterSlot(in, fields);
          }
          default -> throw new IllegalStateException("unknown kind of event: " + kind);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void skipAfterSlot(CodedInputStream in, EventFields fields) throws IOException {
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
      default -> throw new IllegalStateException("unknown kind of event: " + kind);
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
