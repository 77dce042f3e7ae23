package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.inprocess.InProcessChannelBuilder;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests how calls are spread over several servers behind one name. */
class BalancingTest {
  private static final int CALLS = 200;

  private final FakeServer first = FakeServer.start();
  private final FakeServer second = FakeServer.start();
  private final TwoServers name = new TwoServers(List.of(first.target(), second.target()));

  @BeforeEach
  void register() {
    NameResolverRegistry.getDefaultRegistry().register(name);
    List.of(first, second)
        .forEach(
            server ->
                server.answer(
                    RepositoryServiceGrpc.getAvailableMethod(),
                    AvailableResponse.getDefaultInstance()));
  }

  @AfterEach
  void close() {
    NameResolverRegistry.getDefaultRegistry().deregister(name);
    first.close();
    second.close();
  }

  /** Calls until a server has got some; the connection to it may be made later than the other. */
  private static void callUntilSeen(HoldfastClient client, FakeServer server) {
    long deadlineNanos = System.nanoTime() + 60_000_000_000L;
    while (server.attempts().isEmpty() && System.nanoTime() < deadlineNanos) {
      client.repositories().available("");
    }
    assertFalse(server.attempts().isEmpty());
  }

  @Test
  void allServersGetCalls() {
    try (HoldfastClient client = HoldfastClient.builder("two:///servers").roundRobin().build()) {
      callUntilSeen(client, first);
      callUntilSeen(client, second);
    }
  }

  @Test
  void withoutItOneServerGetsAllCalls() {
    try (HoldfastClient client = HoldfastClient.builder("two:///servers").build()) {
      for (int i = 0; i < CALLS; i++) {
        client.repositories().available("");
      }
      assertEquals(CALLS, first.attempts().size());
      assertEquals(0, second.attempts().size());
    }
  }

  @Test
  void aChangeIsRepeatedAtTheNextServerUnderItsOperationId() throws Exception {
    ReserveSlot change = ReserveSlot.of(new Slot("order-7", 3), 1);
    try (HoldfastClient client = HoldfastClient.builder("two:///servers").roundRobin().build()) {
      callUntilSeen(client, first);
      callUntilSeen(client, second);
      first.attempts().clear();
      second.attempts().clear();
      List.of(first, second).forEach(this::refuseUnlessTheOtherDid);
      var unused = client.reservations().reserveSlot(change);
    }
    for (FakeServer server : List.of(first, second)) {
      ReserveSlotRequest request = (ReserveSlotRequest) server.next().request();
      assertEquals(change.operationId(), request.getOperationId());
    }
  }

  private void refuseUnlessTheOtherDid(FakeServer server) {
    server.on(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        (request, answer) -> {
          if (first.attempts().size() + second.attempts().size() < 2) {
            answer.onError(
                FakeServer.error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of()));
          } else {
            FakeServer.complete(answer, ReserveSlotResponse.getDefaultInstance());
          }
        });
  }

  @Test
  void aChannelOfTheCallerBalancesByItself() {
    var channel = InProcessChannelBuilder.forName("none").build();
    var builder = HoldfastClient.builder(channel);
    assertThrows(IllegalStateException.class, builder::roundRobin);
    channel.shutdownNow();
  }

  /** Resolves {@code two:///servers} to two servers, as DNS resolves a name to its addresses. */
  private static final class TwoServers extends NameResolverProvider {
    private final List<EquivalentAddressGroup> addresses;

    TwoServers(List<String> targets) {
      addresses =
          targets.stream()
              .map(target -> target.split(":", -1))
              .map(part -> new InetSocketAddress(part[0], Integer.parseInt(part[1])))
              .map(EquivalentAddressGroup::new)
              .toList();
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "servers";
        }

        @Override
        public void start(Listener2 listener) {
          listener.onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(addresses))
                  .build());
        }

        @Override
        public void shutdown() {}
      };
    }

    @Override
    public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
      return Set.of(InetSocketAddress.class);
    }

    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }

    @Override
    public String getDefaultScheme() {
      return "two";
    }
  }
}
