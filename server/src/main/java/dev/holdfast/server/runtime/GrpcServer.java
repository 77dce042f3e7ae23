package dev.holdfast.server.runtime;

import dev.holdfast.server.api.Services;
import dev.holdfast.server.api.calls.Answers;
import dev.holdfast.server.api.calls.ResettableCalls;
import dev.holdfast.server.api.convert.DescribedErrors;
import dev.holdfast.server.api.wire.PackedRequests;
import dev.holdfast.server.api.wire.ReadRequests;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.runtime.network.NetworkGuard;
import dev.holdfast.server.runtime.network.NetworkLimits;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC side: transport settings, health, reflection, and the end of it all. */
final class GrpcServer implements AutoCloseable {
  /**
   * More calls than this are not begun on one connection; what comes on top waits with the client,
   * which knows how long it has time. Without a limit a server that falls behind reads ever more
   * calls, until it has no memory left to answer any; and long before, each collection of garbage
   * goes through all of them.
   */
  private static final int CALLS_A_CONNECTION = 1024;

  /** Of the 30 s that a drain may take; the rest is for what was answered to be kept. */
  private static final int DRAIN_SECONDS = 25;

  /**
   * So long nothing may be under way before the connections of those who do not end them are cut: a
   * request that was on the wire when the drain began arrives in that time.
   */
  private static final int QUIET_SECONDS = 1;

  private static final int CUT_SECONDS = 2;
  private static final int POLL_MILLIS = 20;
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final int HANDSHAKE_SECONDS = 20;

  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private final Server server;
  private final Health health;
  private final DrainInterceptor drain;
  private final StreamingCalls streams;
  private final Readiness readiness;
  private final RequestWorkers workers;
  private final Answers answers;
  private final String address;

  private GrpcServer(
      Server server,
      Health health,
      DrainInterceptor drain,
      StreamingCalls streams,
      Readiness readiness,
      RequestWorkers workers,
      Answers answers,
      String address) {
    this.server = server;
    this.health = health;
    this.drain = drain;
    this.streams = streams;
    this.readiness = readiness;
    this.workers = workers;
    this.answers = answers;
    this.address = address;
  }

  static GrpcServer start(
      InetSocketAddress listen,
      EventLoops eventLoops,
      List<BindableService> services,
      RequestWorkers workers,
      NetworkLimits limits,
      Readiness readiness,
      Answers answers,
      LedgerListener listener)
      throws IOException {
    Health health = new Health(readiness);
    DrainInterceptor drain = new DrainInterceptor();
    StreamingCalls streams = new StreamingCalls();
    NetworkGuard guard = new NetworkGuard(limits);
    NettyServerBuilder builder =
        eventLoops
            .use(NettyServerBuilder.forAddress(listen, credentials(guard)))
            // Handlers only check words and queue, so they run where the request was read; a hop to
            // another thread would cost more than they do.
            .directExecutor()
            .maxInboundMessageSize(NetworkLimits.LARGEST_REQUEST_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_A_CONNECTION)
            // A peer that vanished without a word must not hold for hours what its calls hold.
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(10, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            // One that nobody uses must not keep the place of another for ever.
            .maxConnectionIdle(limits.idleSeconds(), TimeUnit.SECONDS)
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .maxRstFramesPerWindow(limits.idleFrames(), NetworkLimits.SECONDS)
            .addStreamTracerFactory(new ResettableCalls())
            .addStreamTracerFactory(guard.tracers())
            .intercept(streams)
            .decompressorRegistry(PackedRequests.registry());
    ReadRequests reading = new ReadRequests(workers, Services.largestCounts());
    for (BindableService service :
        List.of(health.service(), ProtoReflectionServiceV1.newInstance(), oldReflection())) {
      builder.addService(ServerInterceptors.intercept(reading.of(service.bindService()), guard));
    }
    for (BindableService service : services) {
      var definition = DescribedErrors.in(reading.of(service.bindService()));
      builder.addService(
          ServerInterceptors.intercept(ServerInterceptors.intercept(definition, guard), drain));
      health.add(definition.getServiceDescriptor().getName());
    }
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      throw new StartException("cannot listen on " + words(listen) + ": " + cause(e), e);
    }
    readiness.serving();
    health.start(listener);
    String address = words(new InetSocketAddress(listen.getAddress(), server.getPort()));
    return new GrpcServer(server, health, drain, streams, readiness, workers, answers, address);
  }

  private static ServerCredentials credentials(NetworkGuard guard) {
    return InternalNettyServerCredentials.create(
        guard.guarded(InternalProtocolNegotiators.serverPlaintext()));
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

  /**
   * Refuses what is new, waits for what is under way, and cuts off the rest.
   *
   * @throws IllegalStateException where calls that were taken on could not be answered in time
   */
  @Override
  public void close() {
    drain.begin();
    readiness.draining();
    health.close();
    // After those who watch the health were told.
    streams.end();
    server.shutdown();
    int unanswered = 0;
    try {
      if (!awaitAnswers()) {
        unanswered = unansweredCount();
        LOG.warn(
            "after {} s of draining, cuts off {} calls without an answer, and {} bytes of answers"
                + " that their callers do not take",
            DRAIN_SECONDS,
            unanswered,
            answers.unsentBytes());
      }
      // Connections that are still open belong to peers that do not react.
      server.shutdownNow();
      server.awaitTermination(CUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    if (unanswered > 0) {
      throw new IllegalStateException(unanswered + " calls could not be answered in time");
    }
  }

  /** Of the calls that were taken on, also of those whose large requests wait to be read. */
  private int unansweredCount() {
    return answers.unansweredCount() + workers.waitingCount();
  }

  /**
   * Waits until every call was answered and the answers were sent.
   *
   * @return false where that takes too long
   */
  private boolean awaitAnswers() throws InterruptedException {
    long begin = System.nanoTime();
    long quietSince = begin;
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(DRAIN_SECONDS)) {
      boolean ended = server.awaitTermination(POLL_MILLIS, TimeUnit.MILLISECONDS);
      long now = System.nanoTime();
      if (unansweredCount() > 0 || answers.unsentBytes() > 0) {
        quietSince = now;
      } else if (ended || now - quietSince > TimeUnit.SECONDS.toNanos(QUIET_SECONDS)) {
        return true;
      }
      if (ended) {
        // The calls of a connection learn a moment after it that they are over.
        Thread.sleep(POLL_MILLIS);
      }
    }
    return false;
  }
}
