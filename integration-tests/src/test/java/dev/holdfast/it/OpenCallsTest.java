package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotResponse;
import java.io.DataInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** However many calls a client makes, a server begins only so many of them at a time. */
class OpenCallsTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private static final int LIMIT = 1024;

  /** The HTTP/2 connection preface and an empty SETTINGS frame (RFC 9113, 3.4 and 6.5). */
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private static final byte[] NO_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
  private static final int SETTINGS = 4;
  private static final int MAX_CONCURRENT_STREAMS = 3;

  @Test
  void itTellsEachConnectionHowManyCallsItBegins() throws Exception {
    String target = SERVER.server().target();
    int colon = target.lastIndexOf(':');
    try (Socket socket =
        new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
      OutputStream out = socket.getOutputStream();
      out.write(PREFACE);
      out.write(NO_SETTINGS);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      assertEquals(SETTINGS, in.readUnsignedByte(), "the type of the first frame");
      // Flags and stream.
      in.skipNBytes(5);
      List<Long> limits = new ArrayList<>();
      for (int read = 0; read < length; read += 6) {
        int setting = in.readUnsignedShort();
        long value = Integer.toUnsignedLong(in.readInt());
        if (setting == MAX_CONCURRENT_STREAMS) {
          limits.add(value);
        }
      }
      assertEquals(List.of((long) LIMIT), limits);
    }
  }

  @Test
  void whatComesOnTopWaitsAndIsAnswered() throws Exception {
    String repository = SERVER.newRepository(LIMIT);
    var reserving = ReservationsServiceGrpc.newFutureStub(SERVER.stubs().channel());
    List<ListenableFuture<ReserveSlotResponse>> answers = new ArrayList<>();
    try (Stubs others = new Stubs(SERVER.server().target())) {
      StoreLock.during(
          SERVER.dataDir(),
          () -> {
            for (int i = 0; i < LIMIT; i++) {
              answers.add(
                  reserving.reserveSlot(
                      Requests.reserveSlot(repository, Requests.slot("open", i), 1, "")));
            }
            var behind =
                RepositoryServiceGrpc.newFutureStub(SERVER.stubs().channel())
                    .available(available(repository));
            // A caller with a connection of its own does not wait.
            for (int i = 0; i < 100; i++) {
              assertEquals(
                  LIMIT,
                  others.repositories().available(available(repository)).getAvailableBytes());
            }
            assertTrue(!behind.isDone(), "begun although so many are open");
            return behind;
          });
      for (ListenableFuture<ReserveSlotResponse> answer : answers) {
        assertEquals(1, answer.get(60, TimeUnit.SECONDS).getReservation().getAmountBytes());
      }
      assertEquals(0, SERVER.repositories().available(available(repository)).getAvailableBytes());
    }
  }

  private static AvailableRequest available(String repository) {
    return Requests.available(repository);
  }
}
