package dev.holdfast.server.runtime;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The gRPC side: transport settings, health, reflection, and the end of it all. */
final class GrpcServer implements AutoCloseable {
  private static final int LARGEST_REQUEST_BYTES = 16 * 1024 * 1024;
  private static final int DRAIN_SECONDS = 30;

  /** Requests of batches are large; to read them would keep a thread of the network busy. */
  private static final String APPLY = "holdfast.v1.ReservationsService/Apply";

  private final Server server;
  private final HealthStatusManager health;
  private final Drain drain;
  private final Readiness readiness;
  private final ExecutorService largeRequests;
  private final String address;

  private GrpcServer(
      Server server,
      HealthStatusManager health,
      Drain drain,
      Readiness readiness,
      ExecutorService largeRequests,
      String address) {
    this.server = server;
    this.health = health;
    this.drain = drain;
    this.readiness = readiness;
    this.largeRequests = largeRequests;
    this.address = address;
  }

  static GrpcServer start(
      InetSocketAddress listen, List<BindableService> services, Readiness readiness)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    Drain drain = new Drain();
    ExecutorService largeRequests =
        Executors.newSingleThreadExecutor(work -> new Thread(work, "large-requests"));
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(listen)
            // Handlers only check words and queue, so they run where the request was read; a hop to
            // another thread would cost more than they do.
            .directExecutor()
            .maxInboundMessageSize(LARGEST_REQUEST_BYTES)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(oldReflection());
    for (BindableService service : services) {
      var definition = service.bindService();
      builder.addService(ServerInterceptors.intercept(definition, drain));
      health.setStatus(definition.getServiceDescriptor().getName(), ServingStatus.SERVING);
    }
    builder.callExecutor(
        new io.grpc.ServerCallExecutorSupplier() {
          @Override
          public <Q, R>
              java.util.concurrent.@org.jspecify.annotations.Nullable Executor getExecutor(
                  io.grpc.ServerCall<Q, R> call, io.grpc.Metadata headers) {
            return call.getMethodDescriptor().getFullMethodName().equals(APPLY)
                ? largeRequests
                : null;
          }
        });
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      largeRequests.shutdown();
      throw new StartException("cannot listen on " + words(listen) + ": " + cause(e), e);
    }
    readiness.serving();
    String address = words(new InetSocketAddress(listen.getAddress(), server.getPort()));
    return new GrpcServer(server, health, drain, readiness, largeRequests, address);
  }

  /** For tools that do not know the newer one yet. */
  @SuppressWarnings("deprecation")
  private static BindableService oldReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }

  private static String words(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static String cause(IOException e) {
    return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  String address() {
    return address;
  }

  void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }

  /** Refuses what is new, waits for what is under way, and cuts off what takes too long. */
  @Override
  public void close() {
    drain.begin();
    readiness.draining();
    health.enterTerminalState();
    server.shutdown();
    try {
      if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
        server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    largeRequests.shutdown();
  }
}
