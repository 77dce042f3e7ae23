package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.process.Relay;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DatastoreServicePutResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever one client sends, and however much of it, others are served and the server lives. */
class FloodsTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private static final int MIB = 1024 * 1024;
  private static final String PUT = DatastoreServiceGrpc.getPutMethod().getFullMethodName();

  /**
   * A client sends the only request of a call together with its end, and those of a stream at once.
   */
  private static final MethodDescriptor<DatastoreServicePutRequest, DatastoreServicePutResponse>
      UNENDED_PUT =
          DatastoreServiceGrpc.getPutMethod().toBuilder()
              .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
              .build();

  /** More of each kind than the server takes of a connection in ten seconds. */
  private static final int FRAMES = 25_000;

  private static final int CALLS_OF_A_CONNECTION = 1024;
  private static final int OPEN_CALLS = 16_384;

  /** Room for all requests that are under way, of which one connection gets half. */
  private static final int REQUEST_MIB = 64;

  private final RepositoryFixture other = RepositoryFixture.of(SERVER, Long.MAX_VALUE);

  private void assertOthersAreServed() {
    other.reserve(Requests.slot("r" + ThreadLocalRandom.current().nextLong(), 0), 1, "op");
  }

  @AfterEach
  void nothingStays() throws Exception {
    assertOthersAreServed();
    try (Stubs stubs = new Stubs(SERVER.server().target())) {
      assertEquals("", put(stubs, 15 * 64 * 1024).join());
    }
  }

  private DatastoreServicePutRequest putting(int bytes) {
    return DatastoreServicePutRequest.newBuilder()
        .setRepositoryId(other.id())
        .setKey("key-" + ThreadLocalRandom.current().nextInt(1000))
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  /** Completes with the reason of the refusal, or nothing for OK. */
  private CompletableFuture<String> put(Stubs stubs, int bytes) {
    CompletableFuture<String> reason = new CompletableFuture<>();
    DatastoreServiceGrpc.newStub(stubs.channel())
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .put(putting(bytes), telling(reason));
    return reason;
  }

  private static StreamObserver<DatastoreServicePutResponse> telling(
      CompletableFuture<String> reason) {
    return new StreamObserver<>() {
      @Override
      public void onNext(DatastoreServicePutResponse response) {}

      @Override
      public void onError(Throwable e) {
        reason.complete(reason(e));
      }

      @Override
      public void onCompleted() {
        reason.complete("");
      }
    };
  }

  private static String reason(Throwable e) {
    try {
      return Refusal.of((StatusRuntimeException) e).reason();
    } catch (AssertionError notOurs) {
      return e.toString();
    }
  }

  @Test
  void threeHundredLargePutsAtOnceAreDoneOrRefusedWithAReason() throws Exception {
    List<Stubs> connections = new ArrayList<>();
    List<CompletableFuture<String>> puts = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        connections.add(new Stubs(SERVER.server().target()));
      }
      for (int i = 0; i < 300; i++) {
        puts.add(put(connections.get(i % 4), MIB));
      }
      for (Stubs connection : connections) {
        // On its way behind them, on the same connection.
        var unused = connection.repositories().available(Requests.available(other.id()));
      }
      for (CompletableFuture<String> put : puts) {
        String reason = put.join();
        assertTrue(reason.isEmpty() || reason.equals("OVERLOADED"), reason);
      }
    } finally {
      connections.forEach(Stubs::close);
    }
  }

  @Test
  void requestsThatAreHeldUpLeaveRoomToOthers() throws Exception {
    List<ClientCall<DatastoreServicePutRequest, DatastoreServicePutResponse>> calls =
        new ArrayList<>();
    List<CompletableFuture<String>> answers = new ArrayList<>();
    try (Stubs flood = new Stubs(SERVER.server().target())) {
      for (int i = 0; i < REQUEST_MIB; i++) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        var call =
            flood
                .channel()
                .newCall(UNENDED_PUT, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
        call.start(ending(answer), new Metadata());
        call.request(1);
        // All of it but its end.
        call.sendMessage(putting(MIB - 1));
        calls.add(call);
        answers.add(answer);
      }
      Poll.until(
          "those beyond its share are refused",
          () -> answers.stream().filter(CompletableFuture::isDone).count() >= REQUEST_MIB / 2);
      for (int i = 0; i < 5; i++) {
        assertOthersAreServed();
        assertEquals("", put(SERVER.stubs(), MIB).join());
      }
      calls.forEach(ClientCall::halfClose);
      int done = 0;
      for (CompletableFuture<String> answer : answers) {
        String reason = answer.join();
        assertTrue(reason.isEmpty() || reason.equals("OVERLOADED"), reason);
        done += reason.isEmpty() ? 1 : 0;
      }
      // Half of the room, of which the objects around their frames count for a seventeenth.
      assertEquals(REQUEST_MIB / 2 * 16 / 17, done);
    }
  }

  private static <R> ClientCall.Listener<R> ending(CompletableFuture<String> answer) {
    return new ClientCall.Listener<>() {
      @Override
      public void onClose(Status status, Metadata trailers) {
        answer.complete(status.isOk() ? "" : reason(status.asRuntimeException(trailers)));
      }
    };
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Http2Socket.DATA,
        Http2Socket.PRIORITY,
        Http2Socket.SETTINGS,
        Http2Socket.PING,
        Http2Socket.RST_STREAM,
        99
      })
  void framesThatCarryNothingEndTheirConnection(int type) throws Exception {
    try (Http2Socket socket = new Http2Socket(SERVER.server().target())) {
      if (type == Http2Socket.DATA) {
        socket.begin(1, PUT);
      }
      var unused = CompletableFuture.runAsync(() -> flood(socket, type));
      try {
        Http2Socket.Frame end = socket.read(Http2Socket.GOAWAY);
        assertEquals(Http2Socket.ENHANCE_YOUR_CALM, end.error());
      } catch (SocketException e) {
        // Closed, with frames on their way to it: then TCP drops what the server said last.
        assertEquals("Connection reset", e.getMessage());
      }
      assertOthersAreServed();
    }
  }

  private static void flood(Http2Socket socket, int type) {
    try {
      for (int i = 0; i < FRAMES; i++) {
        switch (type) {
          case Http2Socket.DATA -> socket.write(type, 0, 1);
          case Http2Socket.PRIORITY -> socket.write(type, 0, 1, new byte[5]);
          case Http2Socket.PING -> socket.write(type, 0, 0, new byte[8]);
          case Http2Socket.RST_STREAM -> {
            socket.begin(2 * i + 1, PUT);
            socket.write(type, 0, 2 * i + 1, new byte[4]);
          }
          default -> socket.write(type, 0, 0);
        }
      }
      socket.flush();
    } catch (IOException e) {
      // The server has closed the connection; the reader sees why.
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void callsThatAreBegunByTheThousandLeaveRoomToOthers() throws Exception {
    int connections = OPEN_CALLS / CALLS_OF_A_CONNECTION + 2;
    List<Http2Socket> flood = new ArrayList<>();
    try {
      for (int i = 0; i < connections; i++) {
        Http2Socket socket = new Http2Socket(SERVER.server().target());
        flood.add(socket);
        for (int call = 0; call < CALLS_OF_A_CONNECTION; call++) {
          socket.begin(2 * call + 1, PUT);
        }
        socket.flush();
      }
      Http2Socket last = flood.get(connections - 1);
      Http2Socket.Frame end = last.read(Http2Socket.HEADERS);
      Http2Headers headers = last.headers(end);
      assertEquals("14", headers.get("grpc-status").toString());
      assertTrue(headers.get("grpc-message").toString().contains("calls are open"));
      assertTrue(headers.contains("grpc-retry-pushback-ms"));
      assertTrue(headers.contains("grpc-status-details-bin"));
      assertEquals(end.stream(), last.read(Http2Socket.RST_STREAM).stream());
      assertOthersAreServed();
      try (Stubs stubs = new Stubs(SERVER.server().target())) {
        assertEquals("", put(stubs, 100).join());
      }
    } finally {
      for (Http2Socket socket : flood) {
        socket.close();
      }
    }
  }

  @Test
  void clientsOfOtherProtocolsDoNotFillTheLog() throws Exception {
    int before = SERVER.server().log().length();
    byte[] tls = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3};
    byte[] http = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII);
    for (int i = 0; i < 100; i++) {
      String target = SERVER.server().target();
      int colon = target.lastIndexOf(':');
      try (Socket socket =
          new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
        socket.getOutputStream().write(i % 2 == 0 ? tls : http);
        socket.getInputStream().readAllBytes();
      }
    }
    assertLogHasFewLinesSince(before);
  }

  @Test
  void watchersThatAreCutOffDoNotFillTheLog() throws Exception {
    int before = SERVER.server().log().length();
    for (int i = 0; i < 5; i++) {
      List<CompletableFuture<String>> cut = new ArrayList<>();
      try (Relay relay = new Relay(SERVER.server().target());
          Stubs stubs = new Stubs(relay.target())) {
        for (int watcher = 0; watcher < 100; watcher++) {
          CompletableFuture<String> end = new CompletableFuture<>();
          CompletableFuture<Void> begun = new CompletableFuture<>();
          ClientCalls.asyncServerStreamingCall(
              stubs
                  .channel()
                  .newCall(ReservationsServiceGrpc.getWatchEventsMethod(), CallOptions.DEFAULT),
              WatchEventsRequest.newBuilder().setRepositoryId(other.id()).build(),
              new StreamObserver<>() {
                @Override
                public void onNext(WatchEventsResponse response) {
                  begun.complete(null);
                }

                @Override
                public void onError(Throwable e) {
                  end.complete(e.toString());
                }

                @Override
                public void onCompleted() {}
              });
          begun.join();
          cut.add(end);
        }
        relay.cut();
        cut.forEach(CompletableFuture::join);
      }
      assertOthersAreServed();
    }
    assertLogHasFewLinesSince(before);
  }

  private static void assertLogHasFewLinesSince(int before) throws IOException {
    String log = SERVER.server().log().substring(before);
    assertFalse(log.contains("\tat "), log);
    assertTrue(log.lines().count() <= 5, log);
  }
}
