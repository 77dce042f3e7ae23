package dev.holdfast.server.runtime;

import dev.holdfast.server.api.DescribedErrors;
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
import java.util.concurrent.TimeUnit;

/** The gRPC side: transport settings, health, reflection, and the end of it all. */
final class GrpcServer implements AutoCloseable {
  private static final int LARGEST_REQUEST_BYTES = 16 * 1024 * 1024;

  /**
   * More calls than this are not begun on one connection; what comes on top waits with the client,
   * which knows how long it has time. Without a limit a server that falls behind reads ever more
   * calls, until it has no memory left to answer any; and long before, each collection of garbage
   * goes through all of them.
   */
  private static final int CALLS_A_CONNECTION = 1024;

  private static final int DRAIN_SECONDS = 30;
  private static final int KEEP_ALIVE_SECONDS = 30;

  private final Server server;
  private final HealthStatusManager health;
  private final Drain drain;
  private final Streams streams;
  private final Readiness readiness;
  private final String address;

  private GrpcServer(
      Server server,
      HealthStatusManager health,
      Drain drain,
      Streams streams,
      Readiness readiness,
      String address) {
    this.server = server;
    this.health = health;
    this.drain = drain;
    this.streams = streams;
    this.readiness = readiness;
    this.address = address;
  }

  static GrpcServer start(
      InetSocketAddress listen,
      EventLoops eventLoops,
      List<BindableService> services,
      Readiness readiness)
      throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    Drain drain = new Drain();
    Streams streams = new Streams();
    NettyServerBuilder builder =
        eventLoops
            .use(NettyServerBuilder.forAddress(listen))
            // Handlers only check words and queue, so they run where the request was read; a hop to
            // another thread would cost more than they do.
            .directExecutor()
            .maxInboundMessageSize(LARGEST_REQUEST_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_A_CONNECTION)
            // A peer that vanished without a word must not hold for hours what its calls hold.
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(streams)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(oldReflection());
    for (BindableService service : services) {
      var definition = DescribedErrors.in(service.bindService());
      builder.addService(ServerInterceptors.intercept(definition, drain));
      health.setStatus(definition.getServiceDescriptor().getName(), ServingStatus.SERVING);
    }
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      throw new StartException("cannot listen on " + words(listen) + ": " + cause(e), e);
    }
    readiness.serving();
    String address = words(new InetSocketAddress(listen.getAddress(), server.getPort()));
    return new GrpcServer(server, health, drain, streams, readiness, address);
  }

  /** For tools that do not know the newer one yet. */
  @SuppressWarnings("deprecation")
  private static BindableService oldReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }

  /** An address as flags and messages have it. */
  static String words(InetSocketAddress address) {
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
    // After those who watch the health were told.
    streams.end();
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
  }
}
