package dev.holdfast.benchmarks.load;

import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The connections that all workloads share. */
public final class Connections implements AutoCloseable {
  private static final int COUNT = 4;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  /** Makes connections to a server; each connects at its first use. */
  public Connections(String address) {
    this(address, InsecureChannelCredentials.create());
  }

  /** Makes connections to a server that needs credentials. */
  public Connections(
      String address, ChannelCredentials credentials, ClientInterceptor... interceptors) {
    for (int i = 0; i < COUNT; i++) {
      channels.add(
          Grpc.newChannelBuilder(address, credentials)
              .directExecutor()
              .intercept(interceptors)
              // For the responses of large batches.
              .maxInboundMessageSize(16 * 1024 * 1024)
              .build());
    }
  }

  /** Returns the next connection in turn. */
  public ManagedChannel next() {
    return channels.get(Math.floorMod(next.getAndIncrement(), COUNT));
  }

  /** Makes this number of workloads, spread over the connections. */
  public <C> List<C> workloads(int count, Function<ManagedChannel, C> newWorkload) {
    return IntStream.range(0, count).mapToObj(i -> newWorkload.apply(next())).toList();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
