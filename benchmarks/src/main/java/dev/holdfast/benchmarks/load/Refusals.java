package dev.holdfast.benchmarks.load;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;

/** Tells the one error that a load may be meant to cause from all others. */
final class Refusals {
  private Refusals() {}

  /** Whether the server says that too much waits already, and that it changed nothing. */
  static boolean isOverload(Throwable t) {
    Status status = StatusProto.fromThrowable(t);
    return status != null && status.getDetailsList().stream().anyMatch(Refusals::isOverload);
  }

  private static boolean isOverload(com.google.protobuf.Any detail) {
    try {
      return detail.is(ErrorInfo.class)
          && detail.unpack(ErrorInfo.class).getReason().equals("OVERLOADED");
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an error with broken details: " + detail, e);
    }
  }
}
