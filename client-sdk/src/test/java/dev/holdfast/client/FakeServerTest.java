package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FakeServerTest {
  private static final int TIMES = 50;

  @Test
  void anAttemptThatWasSeenIsAnsweredAsWasSaidBefore() throws Exception {
    try (FakeServer server = FakeServer.start();
        HoldfastClient client = HoldfastClient.builder(server.target()).build()) {
      for (int i = 0; i < TIMES; i++) {
        answer(server, i);
        var call = client.repositories().availableAsync("");
        var unused = server.next();
        answer(server, -1);
        assertEquals(i, call.get(60, TimeUnit.SECONDS).availableBytes());
      }
    }
  }

  private static void answer(FakeServer server, long availableBytes) {
    server.answer(
        RepositoryServiceGrpc.getAvailableMethod(),
        AvailableResponse.newBuilder().setAvailableBytes(availableBytes).build());
  }
}
