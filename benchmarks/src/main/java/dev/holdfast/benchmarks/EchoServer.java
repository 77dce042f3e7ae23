package dev.holdfast.benchmarks;

import com.google.protobuf.Timestamp;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The ceiling of unary calls: a server that answers as Holdfast does, with messages of the same
 * size over the same transport, and keeps nothing.
 */
final class EchoServer {
  private EchoServer() {}

  public static void main(String[] args) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            // As the product does it.
            .directExecutor()
            .addService(new Echo())
            .build()
            .start();
    System.out.println("echo: serving gRPC on 127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }

  private static final class Echo extends ReservationsServiceGrpc.ReservationsServiceImplBase {
    // Of the size that they have in the product.
    private static final Timestamp TIME =
        Timestamp.newBuilder().setSeconds(1_800_000_000).setNanos(999_999_000).build();
    private static final long GENERATION = 1_000_000;
    private static final long AVAILABLE_BYTES = 1L << 59;

    @Override
    public void reserveSlot(
        ReserveSlotRequest request, StreamObserver<ReserveSlotResponse> responses) {
      responses.onNext(
          ReserveSlotResponse.newBuilder()
              .setReservation(
                  Reservation.newBuilder()
                      .setRepositoryId("default")
                      .setSlot(request.getSlot())
                      .setAmountBytes(request.getAmountBytes())
                      .setState(ReservationState.RESERVATION_STATE_RESERVED)
                      .setGeneration(GENERATION)
                      .setCreateTime(TIME))
              .setAvailableBytes(AVAILABLE_BYTES)
              .build());
      responses.onCompleted();
    }

    @Override
    public void releaseSlot(
        ReleaseSlotRequest request, StreamObserver<ReleaseSlotResponse> responses) {
      responses.onNext(
          ReleaseSlotResponse.newBuilder()
              .setReleasedBytes(StandardMix.AMOUNT_BYTES)
              .setAvailableBytes(AVAILABLE_BYTES)
              .setAlreadyReleased(false)
              .build());
      responses.onCompleted();
    }
  }
}
