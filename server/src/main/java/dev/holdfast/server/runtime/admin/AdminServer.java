package dev.holdfast.server.runtime.admin;

import dev.holdfast.server.runtime.network.Addresses;
import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP on the admin port. One non-blocking thread serves all connections and responds to
 * probes itself, so a client that sends half a request or does not read, or a handler that waits
 * for the disk, delays no probe. All other requests go to handlers on threads of their own.
 */
public final class AdminServer implements AutoCloseable {
  /**
   * Maximum number of connections that wait for a request; the one that has waited longest is
   * closed for a new one.
   */
  static final int CONNECTIONS = 100;

  /** Maximum time for a connection to complete its next request, and to read the last response. */
  private static final int REQUEST_SECONDS = 10;

  private static final int LINE_BYTES = 4096;
  private static final int HEADERS_BYTES = 8192;
  private static final int BODY_BYTES = 4096;
  private static final int SEND_BUFFER_BYTES = 64 * 1024;
  private static final int END_SECONDS = 5;

  private final EventLoopGroup thread =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
  private final List<Probe> probes;
  private final HandlerThreads handlers;
  private final int requestSeconds;
  private final Channel listening;

  /**
   * Connections in the order in which they began to wait for a request. Used by the event loop
   * only.
   */
  private final Set<Channel> waiting = new LinkedHashSet<>();

  private final AtomicLong unsentBytes = new AtomicLong();

  /**
   * Starts the server.
   *
   * @param probes respond at once, on the thread of all connections
   * @param handlers respond to everything else; the first one that knows the path does
   * @param transport adds what is below HTTP to the pipeline of each connection, for example TLS;
   *     null for nothing
   */
  public AdminServer(
      InetSocketAddress address,
      List<Probe> probes,
      List<AdminHandler> handlers,
      @Nullable Consumer<ChannelPipeline> transport)
      throws IOException {
    this(address, probes, handlers, transport, REQUEST_SECONDS);
  }

  AdminServer(
      InetSocketAddress address,
      List<Probe> probes,
      List<AdminHandler> handlers,
      @Nullable Consumer<ChannelPipeline> transport,
      int requestSeconds)
      throws IOException {
    this.probes = List.copyOf(probes);
    this.handlers = new HandlerThreads(handlers);
    this.requestSeconds = requestSeconds;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(thread)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
            .childHandler(initializer(transport))
            .bind(address)
            .awaitUninterruptibly();
    this.listening = bound.channel();
    if (!bound.isSuccess()) {
      close();
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
  }

  private ChannelInitializer<Channel> initializer(@Nullable Consumer<ChannelPipeline> transport) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        if (transport != null) {
          transport.accept(channel.pipeline());
        }
        channel
            .pipeline()
            .addLast(
                new HttpServerCodec(LINE_BYTES, HEADERS_BYTES, BODY_BYTES),
                new HttpObjectAggregator(BODY_BYTES, true),
                new AdminConnection(AdminServer.this));
      }
    };
  }

  /** Returns the response to a probe; null if the request is no probe. */
  @Nullable AdminResponse atOnce(AdminRequest request) {
    for (Probe probe : probes) {
      AdminResponse response = probe.respond(request);
      if (response != null) {
        return response;
      }
    }
    return null;
  }

  HandlerThreads handlers() {
    return handlers;
  }

  int requestSeconds() {
    return requestSeconds;
  }

  Set<Channel> waiting() {
    return waiting;
  }

  AtomicLong unsentBytes() {
    return unsentBytes;
  }

  /** Returns the listening address as {@code HOST:PORT}, with the real port. */
  public String address() {
    return Addresses.hostPort((InetSocketAddress) listening.localAddress());
  }

  @Override
  public void close() {
    handlers.close();
    thread
        .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
  }
}
