package dev.holdfast.client;

import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.internal.calls.ClientTimers;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.changes.ChangeBatcher;
import dev.holdfast.client.internal.wire.BearerToken;
import dev.holdfast.client.internal.wire.RetryPolicy;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.SellSlot;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client of a Holdfast server. It is thread-safe and meant to be shared: one per process is
 * enough for any number of threads and calls.
 *
 * <p>Its calls are grouped in facets as in jetcd's {@code Client}, and exist as blocking calls and
 * as futures, as in TigerBeetle's Java client. Options are values, as in oxia-java. As in
 * Temporal's Java SDK, the deadline is the smaller of the client's and the caller's, and only a
 * channel that the client made is closed by it.
 *
 * <p>A blocking call that is interrupted is cancelled; the thread stays interrupted, and the
 * exception is that of a cancelled call: a change that had been sent is then an {@link
 * OutcomeUnknownException}. Callbacks of a future run on threads that other calls need, and those
 * of changes that were sent together on one thread: do not block them, and use the future's {@code
 * …Async} methods for work that takes long.
 *
 * <p>Asynchronous changes to reservations that are made while others are in flight are sent
 * together, as one {@link Apply}; a single change does not wait. Each keeps its own deadline,
 * operation id and outcome. This is the group commit of database engines in the client, as in
 * TigerBeetle's.
 */
public final class HoldfastClient implements AutoCloseable {
  /** {@code null} if the caller brought the channel. */
  private final @Nullable ManagedChannel ownChannel;

  private final AtomicBoolean closed = new AtomicBoolean();
  private final Duration deadline;
  private final ClientTimers background;
  private final ChangeBatcher batcher;
  private final Transport transport;
  private final Repositories repositories;
  private final Reservations reservations;
  private final Sales sales;
  private final Datastore datastore;

  private HoldfastClient(Builder builder) {
    ownChannel = builder.target == null ? null : builder.newChannel(builder.target);
    Channel channel = ownChannel != null ? ownChannel : Objects.requireNonNull(builder.channel);
    deadline = builder.deadline;
    background = new ClientTimers(ownChannel == null ? () -> {} : ownChannel::resetConnectBackoff);
    Channel intercepted = ClientInterceptors.intercept(channel, builder.interceptors);
    CallOptions options = CallOptions.DEFAULT.withCallCredentials(builder.callCredentials);
    batcher = new ChangeBatcher(intercepted, options, ChangeBatcher.PATIENCE);
    transport = new Transport(intercepted, options, deadline, closed::get, background, batcher);
    repositories = new RemoteRepositories(transport);
    reservations = new RemoteReservations(transport);
    sales = new RemoteSales(transport);
    datastore = new RemoteDatastore(transport, "");
  }

  /**
   * Starts a client that makes its own channel.
   *
   * @param target the server as {@code host:port}, or any other target of gRPC's
   * @return a builder
   */
  public static Builder builder(String target) {
    return new Builder(Objects.requireNonNull(target, "target"), null);
  }

  /**
   * Starts a client over a channel that the caller made, keeps and closes. Its TLS, keepalive and
   * retries are the caller's too: without a service config that retries, the SDK does not, and with
   * one that retries CreateRepository or DeleteRepository, those may answer for an earlier attempt.
   *
   * @param channel the channel
   * @return a builder
   */
  public static Builder builder(Channel channel) {
    return new Builder(null, Objects.requireNonNull(channel, "channel"));
  }

  /** {@return the calls about repositories} */
  public Repositories repositories() {
    return repositories;
  }

  /** {@return the calls about reservations} */
  public Reservations reservations() {
    return reservations;
  }

  /** {@return the calls about offers, and selling slots on their terms} */
  public Sales sales() {
    return sales;
  }

  /** {@return the calls about the node's own state, in the repository {@code default}} */
  public Datastore datastore() {
    return datastore;
  }

  /**
   * Makes the sale of a slot, which runs with the node's own steps.
   *
   * @param change the sale; with a lease, which is renewed for as long as the steps take
   * @return the sale, not yet begun
   * @throws IllegalArgumentException if it has no lease
   */
  public Sale saleOf(SellSlot change) {
    Duration lease = change.lease();
    if (lease == null) {
      throw new IllegalArgumentException(
          "the sale has no lease: give one, so that a process that dies leaks nothing");
    }
    return new Sale(transport, change, lease, lease);
  }

  /**
   * Takes no new calls (they throw {@link IllegalStateException}) and ends all watches, then waits
   * for the calls in flight, at most for the default deadline, cancels the rest, and closes the
   * channel. A channel of the caller stays open and its calls continue. A second close does
   * nothing.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    // Accepted changes are in flight now, and end like other calls.
    batcher.flush();
    background.close();
    if (ownChannel == null) {
      return;
    }
    ownChannel.shutdown();
    try {
      if (!ownChannel.awaitTermination(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
        ownChannel.shutdownNow();
      }
    } catch (InterruptedException e) {
      ownChannel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder {
    private final @Nullable String target;
    private final @Nullable Channel channel;
    private @Nullable ChannelCredentials channelCredentials;
    private @Nullable CallCredentials callCredentials;
    private final List<ClientInterceptor> interceptors = new ArrayList<>();
    private Duration deadline = Duration.ofSeconds(10);
    private String balancing = "pick_first";

    private Builder(@Nullable String target, @Nullable Channel channel) {
      this.target = target;
      this.channel = channel;
    }

    /**
     * Sets how the connection is secured: {@code TlsChannelCredentials} of gRPC for TLS, with a key
     * manager for mutual TLS. Without it the connection is not encrypted, as a server on loopback
     * expects.
     *
     * @param credentials gRPC's credentials of a channel
     * @return this
     * @throws IllegalStateException if the caller brought a channel, which has its own
     */
    public Builder channelCredentials(ChannelCredentials credentials) {
      if (channel != null) {
        throw new IllegalStateException("the channel that was brought has its own credentials");
      }
      channelCredentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Sets the credentials that every attempt of a call carries, in place of a token that was set
     * before.
     *
     * @param credentials gRPC's credentials of a call
     * @return this
     */
    public Builder callCredentials(CallCredentials credentials) {
      callCredentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Sets a token that never changes, sent as {@code authorization: Bearer} with every attempt. It
     * is never sent unencrypted to another machine: such calls fail instead.
     *
     * @param token the secret
     * @return this
     */
    public Builder bearerToken(String token) {
      Objects.requireNonNull(token, "token");
      return bearerToken(() -> token);
    }

    /**
     * Does what {@link #bearerToken(String)} does, for a token that changes.
     *
     * @param token asked for the secret at every attempt, on gRPC's threads
     * @return this
     */
    public Builder bearerToken(Supplier<String> token) {
      return callCredentials(new BearerToken(Objects.requireNonNull(token, "token")));
    }

    /**
     * Adds an interceptor of calls. It sees a call once, for any number of attempts, and the {@code
     * Apply} instead of the changes that are sent together; the last one added sees it first.
     *
     * @param interceptor gRPC's interceptor
     * @return this
     */
    public Builder interceptor(ClientInterceptor interceptor) {
      interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /**
     * Sets how long a call may take with all its retries: 10 s unless set. If the caller's {@code
     * io.grpc.Context} has less time left, that counts.
     *
     * @param deadline more than 0
     * @return this
     */
    public Builder defaultDeadline(Duration deadline) {
      this.deadline = Transport.requirePositive(deadline);
      return this;
    }

    /**
     * Spreads the calls over all servers that the target resolves to, for servers that share a
     * database: with {@code dns:///name:port}, over all addresses of the name. A call is repeated
     * at the next server, and one that cannot be reached gets no calls. Without this, all calls go
     * to one server, and to another one only when its connection breaks.
     *
     * <p>Changes that do not wait for each other may be made in another order than they were sent.
     *
     * @return this
     * @throws IllegalStateException if the caller brought a channel, which balances by itself
     */
    public Builder roundRobin() {
      if (channel != null) {
        throw new IllegalStateException("the channel that was brought balances by itself");
      }
      balancing = "round_robin";
      return this;
    }

    /** {@return a client. It connects when it is first used} */
    public HoldfastClient build() {
      return new HoldfastClient(this);
    }

    private ManagedChannel newChannel(String target) {
      return Grpc.newChannelBuilder(
              target,
              channelCredentials != null ? channelCredentials : InsecureChannelCredentials.create())
          .defaultLoadBalancingPolicy(balancing)
          .defaultServiceConfig(RetryPolicy.serviceConfig())
          // A service config from DNS would replace ours.
          .disableServiceConfigLookUp()
          // A call that is larger than its buffer is not retried; a server takes up to 16 MiB.
          .perRpcBufferLimit(16L << 20)
          .retryBufferSize(64L << 20)
          // A connection that dies silently is detected within 20 s, in use or not. The
          // server allows a ping every 10 s.
          .keepAliveTime(15, TimeUnit.SECONDS)
          .keepAliveTimeout(5, TimeUnit.SECONDS)
          .keepAliveWithoutCalls(true)
          .build();
    }
  }
}
