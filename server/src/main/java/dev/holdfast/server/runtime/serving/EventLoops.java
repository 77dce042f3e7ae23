package dev.holdfast.server.runtime.serving;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Owns the network threads. There are fewer than gRPC's default: all calls wait for the writer
 * thread, and a thread with several connections reads and answers more of them each time it wakes
 * up.
 */
final class EventLoops implements AutoCloseable {
  private static final int END_SECONDS = 10;

  private final EventLoopGroup group;
  private final boolean epoll = Epoll.isAvailable();

  EventLoops() {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("network", true), handlers);
  }

  /** Configures a server to use these threads. */
  NettyServerBuilder use(NettyServerBuilder builder) {
    return builder
        .bossEventLoopGroup(group)
        .workerEventLoopGroup(group)
        .channelType(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
  }

  /**
   * Returns the event loop of the current thread; outside of the event loops, an executor that runs
   * tasks on the calling thread.
   */
  Executor current() {
    for (EventExecutor loop : group) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    return Runnable::run;
  }

  /** Stops the threads. Call it once nothing is left to send. */
  @Override
  public void close() {
    group
        .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
  }
}
