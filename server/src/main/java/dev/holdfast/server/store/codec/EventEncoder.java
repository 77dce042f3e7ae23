package dev.holdfast.server.store.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.CodedOutputStream;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import java.io.IOException;
import java.util.UUID;

/** Writes events in the format of {@link EventCodec}, which {@link EventFields} reads. */
final class EventEncoder {
  private final CodedOutputStream out;
  private long availableBytes;

  EventEncoder(CodedOutputStream out) {
    this.out = out;
  }

  void write(Event event) throws IOException {
    Change.Booked change = event.change();
    if (change instanceof CapacityChanged capacity) {
      begin(EventCodec.CAPACITY_CHANGED, event);
      out.writeUInt32NoTag(capacity.kind().number());
      out.writeUInt64NoTag(capacity.capacityBytes());
    } else if (change instanceof Change.UnassignedChanged unassigned) {
      begin(EventCodec.UNASSIGNED_CHANGED, event);
      out.writeUInt64NoTag(unassigned.unassignedBytes());
    } else if (change instanceof Change.SlotReserved reserved) {
      begin(EventCodec.SLOT_RESERVED, event);
      write(event, reserved.reservation());
    } else if (change instanceof Change.SlotFilled filled) {
      begin(EventCodec.SLOT_FILLED, event);
      write(event, filled.reservation());
    } else if (change instanceof Change.SlotReleased released) {
      begin(EventCodec.SLOT_RELEASED, event);
      Released past = released.released();
      out.writeUInt32NoTag(past.reason().number());
      operationId(past.operationId());
      out.writeBoolNoTag(past.anyGeneration());
      write(event, past.reservation());
    } else {
      throw new IllegalStateException("unknown kind of event: " + change);
    }
  }

  private void begin(int kind, Event event) throws IOException {
    out.writeUInt32NoTag(kind);
    out.writeSInt64NoTag(event.availableBytes() - availableBytes);
    availableBytes = event.availableBytes();
  }

  private void write(Event event, Reservation reservation) throws IOException {
    out.writeByteArrayNoTag(SlotKeys.encode(reservation.slot()));
    out.writeUInt64NoTag(reservation.amountBytes());
    out.writeUInt64NoTag(event.revision() - reservation.generation());
    out.writeSInt64NoTag(event.micros() - reservation.createMicros());
    out.writeUInt64NoTag(reservation.leaseMicros());
    if (reservation.leaseMicros() != 0) {
      out.writeSInt64NoTag(reservation.leaseExpireMicros() - event.micros());
    }
    operationId(reservation.reserveOperationId());
    Reservation.Fill fill = reservation.fill();
    out.writeBoolNoTag(reservation.filled());
    if (reservation.filled()) {
      out.writeUInt64NoTag(event.revision() - fill.revision());
      out.writeSInt64NoTag(event.micros() - fill.micros());
      operationId(fill.operationId());
      out.writeBoolNoTag(fill.anyGeneration());
    }
    out.writeStringNoTag(reservation.offerId());
  }

  private void operationId(String id) throws IOException {
    if (id.isEmpty()) {
      out.writeUInt32NoTag(EventFields.NO_ID);
    } else if (EventFields.isUuid(id)) {
      UUID uuid = UUID.fromString(id);
      out.writeUInt32NoTag(EventFields.UUID_ID);
      out.writeFixed64NoTag(uuid.getMostSignificantBits());
      out.writeFixed64NoTag(uuid.getLeastSignificantBits());
    } else {
      byte[] spelled = id.getBytes(US_ASCII);
      out.writeUInt32NoTag(spelled.length + EventFields.SPELLED_OUT);
      out.writeRawBytes(spelled);
    }
  }
}
