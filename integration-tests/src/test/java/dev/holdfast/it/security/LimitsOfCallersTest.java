package dev.holdfast.it.security;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.testing.tls.TestAuthority;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one caller may use, and what it takes from others beyond that: nothing. */
class LimitsOfCallersTest {
  private static final int HANDSHAKE_MILLIS = 30_000;

  private static final int WATCHES = 2500;
  private static final int WATCHES_OF_A_CONNECTION = 900;

  @TempDir private Path temp;

  @Test
  void aCallerWithTooManyWatchesIsRefusedAndOthersWatchOn() throws Exception {
    Tokens tokens = new Tokens(temp.resolve("tokens"));
    String greedy = tokens.add("greedy", "reader");
    String modest = tokens.add("modest", "reader");
    List<Stubs> connections = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.start(
            temp.resolve("data"),
            "--capacity",
            "1TiB",
            "--tokens-file",
            tokens.file().toString())) {
      for (int i = 0; i <= WATCHES / WATCHES_OF_A_CONNECTION; i++) {
        connections.add(caller(server, greedy));
      }
      List<FutureAnswer<WatchEventsResponse>> watches = new ArrayList<>();
      for (int i = 0; i < WATCHES; i++) {
        watches.add(watch(connections.get(i / WATCHES_OF_A_CONNECTION)));
      }
      watches.forEach(watch -> watch.future().join());
      Stubs last = connections.get(connections.size() - 1);
      assertEquals("OVERLOADED", reason(watch(last)));
      try (Stubs other = caller(server, modest)) {
        assertEquals("", reason(watch(other)));
        assertTrue(other.repositories().available(Requests.available("")).hasAvailableBytes());
      }
      connections.get(0).close();
      Poll.until("its places are given back", () -> reason(watch(last)).isEmpty());
    } finally {
      connections.forEach(Stubs::close);
    }
  }

  private static Stubs caller(ServerProcess server, String token) {
    return new Stubs(server.target(), InsecureChannelCredentials.create(), token);
  }

  private static FutureAnswer<WatchEventsResponse> watch(Stubs stubs) {
    FutureAnswer<WatchEventsResponse> first = new FutureAnswer<>();
    ReservationsServiceGrpc.newStub(stubs.channel())
        .watchEvents(WatchEventsRequest.newBuilder().setRepositoryId("default").build(), first);
    return first;
  }

  private static String reason(FutureAnswer<?> answer) {
    try {
      var unused = answer.future().join();
      return "";
    } catch (CompletionException e) {
      return Refusal.of((StatusRuntimeException) requireNonNull(e.getCause())).reason();
    }
  }

  @Test
  void headersBeyondTheLimitAreRefusedAndOthersAreServed() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"), "--capacity", "1TiB");
        Stubs hostile = new Stubs(server.target());
        Stubs other = new Stubs(server.target())) {
      Metadata large = new Metadata();
      large.put(Metadata.Key.of("padding", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(20_000));
      for (int i = 0; i < 20; i++) {
        assertThrows(
            StatusRuntimeException.class,
            () ->
                hostile
                    .repositories()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(large))
                    .available(Requests.available("")));
        assertTrue(other.repositories().available(Requests.available("")).hasAvailableBytes());
      }
      assertTrue(server.warnings().size() <= 1, server.log());
    }
  }

  @Test
  void connectionsThatNeverFinishTheirHandshakeAreClosed() throws Exception {
    TestAuthority.Identity identity = new TestAuthority("servers").server();
    Path certificate = Files.writeString(temp.resolve("crt"), identity.certificate());
    Path key = Files.writeString(temp.resolve("key"), identity.key());
    try (ServerProcess server =
        ServerProcess.start(
            temp.resolve("data"),
            "--tls-cert",
            certificate.toString(),
            "--tls-key",
            key.toString())) {
      int port = Integer.parseInt(server.target().substring(server.target().lastIndexOf(':') + 1));
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        // Netty's limit for a handshake is 10 s.
        socket.setSoTimeout(HANDSHAKE_MILLIS);
        socket.getOutputStream().write(22);
        assertEquals(-1, socket.getInputStream().read());
      }
    }
  }
}
