package dev.holdfast.it;

import com.google.protobuf.ByteString;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One caller who puts values and reserves slots, and what of that was acknowledged. Its requests
 * and keys are its own.
 */
final class AcknowledgedWrites {
  private final int caller;
  private final int valueBytes;
  private final List<Long> slots = new ArrayList<>();
  private final long[] values;
  private final long[] sent;
  private long next = 1;

  /**
   * Nothing yet.
   *
   * @param keys how many keys are written in turn
   */
  AcknowledgedWrites(int caller, int valueBytes, int keys) {
    this.caller = caller;
    this.valueBytes = valueBytes;
    this.values = new long[keys];
    this.sent = new long[keys];
  }

  /** Puts a value, and reserves a slot; throws what one of these is refused with. */
  void write(Stubs stubs) {
    long number = next++;
    int key = (int) (number % values.length);
    sent[key] = number;
    var unused =
        stubs
            .datastore()
            .put(
                DatastoreServicePutRequest.newBuilder()
                    .setKey(key(key))
                    .setValue(value(number))
                    .build());
    values[key] = number;
    var reserved =
        stubs
            .reservations()
            .reserveSlot(Requests.reserveSlot("", Requests.slot(request(), number), 1, ""));
    slots.add(reserved.getReservation().getSlot().getSlotIndex());
  }

  /** How many changes were acknowledged. */
  long count() {
    return next - 1 + slots.size();
  }

  /** Counts what is missing of what was acknowledged. */
  int lost(Stubs stubs) {
    int lost = 0;
    for (long slot : slots) {
      lost += isReserved(stubs, request(), slot) ? 0 : 1;
    }
    for (int key = 0; key < values.length; key++) {
      if (values[key] == 0) {
        continue;
      }
      ByteString found =
          stubs
              .datastore()
              .get(DatastoreServiceGetRequest.newBuilder().setKey(key(key)).build())
              .getValue();
      // Nobody knows of the last one that was sent and not acknowledged.
      boolean right = false;
      for (long number = values[key]; number <= sent[key] && !right; number += values.length) {
        right = found.equals(value(number));
      }
      lost += right ? 0 : 1;
    }
    return lost;
  }

  static boolean isReserved(Stubs stubs, String request, long slot) {
    try {
      return stubs
          .reservations()
          .getReservation(Requests.getReservation("", Requests.slot(request, slot)))
          .hasReservation();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private String request() {
    return "request-" + caller;
  }

  private String key(int key) {
    return "key-" + caller + "-" + key;
  }

  private ByteString value(long number) {
    byte[] bytes = new byte[valueBytes];
    new Random(caller * 1_000_003L + number).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
