package dev.holdfast.benchmarks.yardsticks;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Serves with Holdfast's transport settings. */
final class Transport {
  private Transport() {}

  /** Makes a server on a free port of loopback. */
  static NettyServerBuilder builder(BindableService service) {
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup eventLoops =
        new MultiThreadIoEventLoopGroup(
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .bossEventLoopGroup(eventLoops)
        .workerEventLoopGroup(eventLoops)
        .channelType(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .maxInboundMessageSize(16 * 1024 * 1024)
        .maxConcurrentCallsPerConnection(1024)
        .keepAliveTime(30, TimeUnit.SECONDS)
        .keepAliveTimeout(30, TimeUnit.SECONDS)
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        .addService(service);
  }

  /** Prints its address, as Holdfast does, and serves until the process ends. */
  static void serve(String name, NettyServerBuilder builder)
      throws IOException, InterruptedException {
    Server server = builder.build().start();
    System.out.println(name + ": serving gRPC on 127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }
}
