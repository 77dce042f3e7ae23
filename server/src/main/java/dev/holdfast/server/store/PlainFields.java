package dev.holdfast.server.store;

import com.google.protobuf.CodedInputStream;
import dev.holdfast.server.ledger.books.Reservation;
import java.io.IOException;

/** Of the formats 1 and 2: everything is as it is. */
record PlainFields(CodedInputStream in, boolean offers) implements EventFields {
  @Override
  public long availableBytes() throws IOException {
    return in.readUInt64();
  }

  @Override
  public long generation() throws IOException {
    return in.readUInt64();
  }

  @Override
  public Reservation.Fill fill() throws IOException {
    long revision = in.readUInt64();
    return revision == 0
        ? Reservation.Fill.NONE
        : new Reservation.Fill(revision, micros(), operationId(), in.readBool());
  }

  @Override
  public void skipFill() throws IOException {
    if (in.readUInt64() != 0) {
      micros();
      skipOperationId();
      in.readBool();
    }
  }

  @Override
  public long micros() throws IOException {
    return in.readUInt64();
  }

  @Override
  public long leaseExpireMicros(long leaseMicros) throws IOException {
    return in.readUInt64();
  }

  @Override
  public String operationId() throws IOException {
    return in.readString();
  }

  @Override
  public void skipOperationId() throws IOException {
    in.skipRawBytes(in.readUInt32());
  }

  @Override
  public String offerId() throws IOException {
    return offers ? in.readString() : "";
  }

  @Override
  public void skipOfferId() throws IOException {
    if (offers) {
      in.skipRawBytes(in.readUInt32());
    }
  }
}
