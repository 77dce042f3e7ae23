package dev.holdfast.server.store.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.CodedInputStream;
import dev.holdfast.server.ledger.books.Reservation;
import java.io.IOException;
import java.util.UUID;

/**
 * Reads the fields of events. Numbers are stored as differences from other numbers, which take
 * fewer bytes.
 */
final class EventFields {
  /** Stored instead of the length of an id: no id, or an id that {@link #isUuid}, of 16 bytes. */
  static final int NO_ID = 0;

  static final int UUID_ID = 1;

  /**
   * Added to the length of an id that is spelled out, to distinguish the length from the two
   * markers.
   */
  static final int SPELLED_OUT = 1;

  private static final int UUID_BYTES = 16;
  private static final int UUID_CHARACTERS = 36;

  private final CodedInputStream in;
  private final long micros;
  private long revision;
  private long availableBytes;

  /**
   * Starts at the current position of the input.
   *
   * @param firstRevision the revision of the next event
   * @param micros the time of the events, in microseconds since the epoch
   */
  EventFields(CodedInputStream in, long firstRevision, long micros) {
    this.in = in;
    this.revision = firstRevision - 1;
    this.micros = micros;
  }

  /**
   * Returns whether {@link UUID#toString} spells the id in exactly this way, so that decoding
   * returns the same text.
   */
  static boolean isUuid(String id) {
    if (id.length() != UUID_CHARACTERS) {
      return false;
    }
    for (int i = 0; i < UUID_CHARACTERS; i++) {
      char c = id.charAt(i);
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? c != '-' : (c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Reads the bytes available after the next event; the other fields of the event follow. */
  long availableBytes() throws IOException {
    revision++;
    availableBytes += in.readSInt64();
    return availableBytes;
  }

  /** Reads the revision that made a reservation. */
  long generation() throws IOException {
    return revision - in.readUInt64();
  }

  /** Reads the fill of a reservation. */
  Reservation.Fill fill() throws IOException {
    return in.readBool()
        ? new Reservation.Fill(revision - in.readUInt64(), micros(), operationId(), in.readBool())
        : Reservation.Fill.NONE;
  }

  /** Skips the fill of a reservation. */
  void skipFill() throws IOException {
    if (in.readBool()) {
      in.readUInt64();
      micros();
      skipOperationId();
      in.readBool();
    }
  }

  /** Reads a time, in microseconds since the epoch. */
  long micros() throws IOException {
    return micros - in.readSInt64();
  }

  /** Reads the end of a lease of this length, in microseconds since the epoch. */
  long leaseExpireMicros(long leaseMicros) throws IOException {
    return leaseMicros == 0 ? 0 : micros + in.readSInt64();
  }

  /** Reads the id of an operation; empty for none. */
  String operationId() throws IOException {
    int kind = in.readUInt32();
    return switch (kind) {
      case NO_ID -> "";
      case UUID_ID -> new UUID(in.readFixed64(), in.readFixed64()).toString();
      default -> new String(in.readRawBytes(kind - SPELLED_OUT), US_ASCII);
    };
  }

  /** Skips the id of an operation. */
  void skipOperationId() throws IOException {
    int kind = in.readUInt32();
    if (kind != NO_ID) {
      in.skipRawBytes(kind == UUID_ID ? UUID_BYTES : kind - SPELLED_OUT);
    }
  }

  /** Reads the id of an offer; empty for none. */
  String offerId() throws IOException {
    return in.readString();
  }

  /** Skips the id of an offer. */
  void skipOfferId() throws IOException {
    in.skipRawBytes(in.readUInt32());
  }
}
