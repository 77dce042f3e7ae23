package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.api.Services;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ResettableCalls;
import dev.holdfast.server.api.convert.DescribedErrors;
import dev.holdfast.server.api.wire.PackedRequests;
import dev.holdfast.server.api.wire.ReadRequests;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.runtime.admin.Readiness;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.runtime.network.Addresses;
import dev.holdfast.server.runtime.network.NetworkGuard;
import dev.holdfast.server.runtime.network.NetworkLimits;
import dev.holdfast.server.runtime.security.AccessControl;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.server.runtime.security.tls.TlsNegotiator;
import dev.holdfast.server.runtime.tracing.Tracing;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the gRPC server: transport settings, health, reflection and the drain. */
final class GrpcServer implements AutoCloseable {
  /**
   * Maximum number of concurrent calls per connection; further calls wait in the client, which
   * knows their deadlines. Without a limit, an overloaded server reads ever more calls until it has
   * no memory left to answer any; long before that, each garbage collection scans all of them.
   */
  private static final int CALLS_PER_CONNECTION = 1024;

  /**
   * Part of the 30 s of a drain that is for calls; the rest is for making their changes durable.
   */
  private static final int DRAIN_SECONDS = 25;

  /**
   * Idle time after which the drain closes connections that clients keep open: a request that was
   * on the wire when the drain began arrives within that time.
   */
  private static final int QUIET_SECONDS = 1;

  private static final int CUT_SECONDS = 2;
  private static final int POLL_MILLIS = 20;
  private static final int KEEP_ALIVE_SECONDS = 30;

  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private final Server server;
  private final Health health;
  private final DrainInterceptor drain;
  private final StreamingCalls streams;
  private final Readiness readiness;
  private final RequestWorkers workers;
  private final PendingResponses responses;
  private final @Nullable AccessControl access;
  private final String address;

  private GrpcServer(
      Server server,
      Health health,
      DrainInterceptor drain,
      StreamingCalls streams,
      Readiness readiness,
      RequestWorkers workers,
      PendingResponses responses,
      @Nullable AccessControl access,
      String address) {
    this.server = server;
    this.health = health;
    this.drain = drain;
    this.streams = streams;
    this.readiness = readiness;
    this.workers = workers;
    this.responses = responses;
    this.access = access;
    this.address = address;
  }

  static GrpcServer start(
      InetSocketAddress listen,
      EventLoops eventLoops,
      List<BindableService> services,
      RequestWorkers workers,
      NetworkLimits limits,
      Readiness readiness,
      PendingResponses responses,
      Security security,
      @Nullable ServerMetrics metrics,
      @Nullable Tracing tracing,
      LedgerListener listener)
      throws IOException {
    Health health = new Health(readiness);
    DrainInterceptor drain = new DrainInterceptor();
    StreamingCalls streams = new StreamingCalls();
    NetworkGuard guard = new NetworkGuard(limits);
    NettyServerBuilder builder =
        eventLoops
            .use(NettyServerBuilder.forAddress(listen, credentials(guard, security)))
            // Handlers only validate and queue, so they run on the thread that read the request; a
            // hop to another thread would cost more than they do.
            .directExecutor()
            .maxInboundMessageSize(NetworkLimits.LARGEST_REQUEST_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
            // Without keepalive, a peer that vanished silently would hold the memory of its calls
            // for hours.
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            // An unused connection must not occupy a place forever.
            .maxConnectionIdle(limits.idleSeconds(), TimeUnit.SECONDS)
            .maxRstFramesPerWindow(limits.idleFrames(), NetworkLimits.SECONDS)
            .addStreamTracerFactory(new ResettableCalls())
            .addStreamTracerFactory(guard.tracers())
            .intercept(streams)
            .decompressorRegistry(PackedRequests.registry());
    AccessControl access = security.authenticates() ? new AccessControl(security) : null;
    if (access != null) {
      // Runs before the others, which see only calls that are granted.
      builder.intercept(access);
    }
    if (metrics != null) {
      builder.addStreamTracerFactory(metrics.tracers());
      // Runs before all others, to see their refusals.
      builder.intercept(metrics.refusals());
    }
    if (tracing != null) {
      builder.intercept(tracing.calls());
    }
    ReadRequests reading = new ReadRequests(workers, Services.largestCounts());
    for (BindableService service :
        List.of(health.service(), ProtoReflectionServiceV1.newInstance(), oldReflection())) {
      builder.addService(ServerInterceptors.intercept(reading.of(service.bindService()), guard));
    }
    for (BindableService service : services) {
      ServerServiceDefinition bound =
          access == null
              ? service.bindService()
              : ServerInterceptors.intercept(service, access.ofRequests());
      var definition = DescribedErrors.in(reading.of(bound));
      builder.addService(
          ServerInterceptors.intercept(ServerInterceptors.intercept(definition, guard), drain));
      health.add(definition.getServiceDescriptor().getName());
    }
    Server server = builder.build();
    if (metrics != null) {
      metrics.measure(server, guard);
    }
    if (access != null) {
      access.requireRules(server);
    }
    try {
      server.start();
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on " + Addresses.hostPort(listen) + ": " + cause(e), e);
    }
    readiness.serving();
    health.start(listener);
    String address =
        Addresses.hostPort(new InetSocketAddress(listen.getAddress(), server.getPort()));
    return new GrpcServer(
        server, health, drain, streams, readiness, workers, responses, access, address);
  }

  private static ServerCredentials credentials(NetworkGuard guard, Security security) {
    return InternalNettyServerCredentials.create(
        guard.guarded(
            security.tls() == null
                ? InternalProtocolNegotiators.serverPlaintext()
                : new TlsNegotiator(() -> Objects.requireNonNull(security.tls()))));
  }

  /** Returns the old reflection service, for tools that do not support the new one. */
  @SuppressWarnings("deprecation")
  private static BindableService oldReflection() {
    return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
  }

  private static String cause(IOException e) {
    return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  String address() {
    return address;
  }

  /** Ends the watches and other streams whose callers lost their rights. */
  void endDeniedStreams() {
    if (access != null) {
      streams.endUnless(access::stillGranted);
    }
  }

  void awaitEnd() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Rejects new calls, waits for calls in progress and cuts off the rest.
   *
   * @throws IllegalStateException if accepted calls could not be answered in time
   */
  @Override
  public void close() {
    drain.start();
    readiness.draining();
    health.close();
    // After the health watchers received the final status.
    streams.end();
    server.shutdown();
    int unanswered = 0;
    try {
      if (!awaitResponses()) {
        unanswered = unansweredCount();
        LOG.warn(
            "drain did not finish within {} s; cuts off {} unanswered calls and {} bytes of unread"
                + " answers",
            DRAIN_SECONDS,
            unanswered,
            responses.unsentBytes());
      }
      // The remaining connections belong to peers that do not react.
      server.shutdownNow();
      server.awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    if (unanswered > 0) {
      throw new IllegalStateException(
          unanswered + " calls were not answered before the drain ended");
    }
  }

  /**
   * Returns the number of accepted and unanswered calls, including calls whose large requests wait
   * to be read.
   */
  private int unansweredCount() {
    return responses.unansweredCount() + workers.waitingCount();
  }

  /**
   * Waits until every call was answered and all answers were sent.
   *
   * @return false if that takes too long
   */
  private boolean awaitResponses() throws InterruptedException {
    long begin = System.nanoTime();
    long quietSince = begin;
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(DRAIN_SECONDS)) {
      boolean ended = server.awaitTermination(POLL_MILLIS, TimeUnit.MILLISECONDS);
      long now = System.nanoTime();
      if (unansweredCount() > 0 || responses.unsentBytes() > 0) {
        quietSince = now;
      } else if (ended || now - quietSince > TimeUnit.SECONDS.toNanos(QUIET_SECONDS)) {
        return true;
      }
      if (ended) {
        // Calls learn shortly after their connection that they are over.
        Thread.sleep(POLL_MILLIS);
      }
    }
    return false;
  }
}
