package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.ResettableCalls;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Services on a free port of loopback, without the limits that the runtime adds. */
public final class LoopbackServer {
  private LoopbackServer() {}

  /** Starts a server that runs calls on the threads of the network. */
  public static Server start(Iterable<? extends BindableService> services) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor()
            .addStreamTracerFactory(new ResettableCalls());
    services.forEach(builder::addService);
    return builder.build().start();
  }
}
