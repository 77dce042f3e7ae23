package dev.holdfast.server.store;

import dev.holdfast.server.ledger.books.Reservation;
import java.io.IOException;

/** Reads what an event is made of, as one format of {@link EventLog} has it. */
interface EventFields {
  /** The bytes available after the next event, whose other fields come behind them. */
  long availableBytes() throws IOException;

  /** The revision that made a reservation. */
  long generation() throws IOException;

  /** How a reservation was filled. */
  Reservation.Fill fill() throws IOException;

  /** Reads on behind that. */
  void skipFill() throws IOException;

  /** A time, in microseconds since the epoch. */
  long micros() throws IOException;

  /** When a lease of this length ends, in microseconds since the epoch. */
  long leaseExpireMicros(long leaseMicros) throws IOException;

  /** The id of an operation; empty for none. */
  String operationId() throws IOException;

  /** Reads on behind the id of an operation. */
  void skipOperationId() throws IOException;

  /** The id of an offer; empty for none. */
  String offerId() throws IOException;

  /** Reads on behind the id of an offer. */
  void skipOfferId() throws IOException;
}
