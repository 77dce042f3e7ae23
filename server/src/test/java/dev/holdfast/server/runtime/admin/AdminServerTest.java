package dev.holdfast.server.runtime.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes are answered, whatever others do on the admin port. */
class AdminServerTest {
  private static final int LIMIT_MILLIS = 60_000;

  /** Longer than any test takes. */
  private static final int PATIENCE_SECONDS = 600;

  private volatile String why = "";
  private volatile String books = "";
  private final List<Probe> probes =
      List.of(
          Probe.liveness(),
          new Probe(
              "readyz",
              () ->
                  List.of(
                      new HealthCheck("serving", () -> why),
                      new HealthCheck("books", () -> books))));
  private final CountDownLatch mayRespond = new CountDownLatch(1);
  private AdminServer server = start(PATIENCE_SECONDS);
  private final List<Socket> sockets = new ArrayList<>();

  private @Nullable AdminResponse respond(AdminRequest request) {
    return switch (request.method() + " " + request.path()) {
      case "GET /slow" -> {
        await();
        yield AdminResponse.text(200, "slow");
      }
      case "GET /quick" -> AdminResponse.text(200, "quick " + request.query());
      case "POST /login" -> AdminResponse.text(200, request.header("cookie") + request.body());
      case "GET /broken" -> throw new IllegalStateException("broken on purpose");
      default -> null;
    };
  }

  private void await() {
    try {
      assertTrue(mayRespond.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private AdminServer start(int requestSeconds) {
    try {
      return new AdminServer(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          probes,
          List.of(this::respond),
          null,
          requestSeconds);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.close();
  }

  private int port() {
    return Integer.parseInt(server.address().substring(server.address().lastIndexOf(':') + 1));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
    socket.setSoTimeout(LIMIT_MILLIS);
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(US_ASCII));
    out.flush();
  }

  /** Sends a request as its only one, and returns all that comes. */
  private String ask(String request, String... headers) throws IOException {
    Socket socket = connect();
    send(
        socket,
        request
            + " HTTP/1.1\r\nHost: x\r\n"
            + String.join("", headers)
            + "Connection: close\r\n\r\n");
    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
  }

  private static void answered(String status, String body, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
    assertTrue(answer.endsWith("\r\n\r\n" + body), answer);
  }

  @Test
  void probesAreAnswered() throws IOException {
    answered("200 ", "ok\n", ask("GET /livez"));
    answered("200 ", "ok\n", ask("GET /readyz"));
    assertTrue(ask("GET /livez").matches("(?s).*\r\n(?i:date): \\w{3}, \\d\\d .* GMT\r\n.*"));
    answered("404 ", "not found\n", ask("GET /"));
    answered("404 ", "not found\n", ask("GET /livez/more"));
    answered("404 ", "not found\n", ask("GET //livez"));
    why = "draining";
    answered("200 ", "ok\n", ask("GET /livez"));
    answered("503 ", "draining\n", ask("GET /readyz"));
    String head = ask("HEAD /readyz");
    answered("503 ", "", head);
    assertTrue(head.toLowerCase(Locale.ROOT).contains("content-length: 9\r\n"), head);
  }

  @Test
  void probesListTheirChecks() throws IOException {
    answered(
        "200 ", "[+]serving ok\n[+]books ok\nreadyz check passed\n", ask("GET /readyz?verbose"));
    answered("200 ", "[+]process ok\nlivez check passed\n", ask("GET /livez?verbose"));
    books = "reads fail";
    why = "draining";
    answered("503 ", "draining\n", ask("GET /readyz"));
    answered(
        "503 ",
        "[-]serving failed: draining\n[-]books failed: reads fail\nreadyz check failed\n",
        ask("GET /readyz?verbose"));
    answered("503 ", "reads fail\n", ask("GET /readyz?exclude=serving"));
    answered("200 ", "ok\n", ask("GET /readyz?exclude=serving&exclude=books"));
    answered(
        "503 ",
        """
        [+]serving excluded: ok
        [-]books failed: reads fail
        warn: there is no check 'disk' to exclude
        readyz check failed
        """,
        ask("GET /readyz?verbose&exclude=serving&exclude=disk"));
    answered("503 ", "reads fail\n", ask("GET /readyz/books"));
    books = "";
    answered("200 ", "ok\n", ask("GET /readyz/books"));
    answered("200 ", "ok\n", ask("GET /livez/process"));
    answered("404 ", "not found\n", ask("GET /readyz/disk"));
  }

  @Test
  void handlersGetDecodedRequests() throws IOException {
    answered("200 ", "quick {a=[1, 2/3], b=[]}\n", ask("GET /quick?a=1&a=2%2F3&b"));
    answered("200 ", "", ask("HEAD /quick"));
    String login = ask("POST /login", "Cookie: c=1\r\n", "Content-Length: 0\r\n");
    answered("200 ", "c=1\n", login);
    String broken = ask("GET /broken");
    answered("500 ", "internal error; the server's log has the reason\n", broken);
    answered("404 ", "not found\n", ask("GET /login"));
    answered("405 ", "", ask("POST /quick", "Content-Length: 0\r\n"));
    answered("400 ", "not a request\n", ask("GET /quick?a=%zz"));
    answered("405 ", "", ask("DELETE /quick"));
  }

  @Test
  void slowHandlersHoldNoProbeUpAndResponsesKeepTheirOrder() throws IOException {
    Socket first = connect();
    send(first, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n");
    send(first, "Connection: close\r\n\r\n");
    List<Socket> slow = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Socket socket = connect();
      send(socket, "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      slow.add(socket);
    }
    answered("200 ", "ok\n", ask("GET /livez"));
    String busy = ask("GET /quick");
    answered("503 ", "busy: 32 other requests wait; try again later\n", busy);
    mayRespond.countDown();
    String both = new String(first.getInputStream().readAllBytes(), US_ASCII);
    assertTrue(both.contains("\r\n\r\nslow\nHTTP/1.1 200 OK"), both);
    assertTrue(both.endsWith("\r\n\r\nok\n"), both);
    int served = 0;
    for (Socket socket : slow) {
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      served += answer.endsWith("\r\n\r\nslow\n") ? 1 : 0;
    }
    assertEquals(33, served, "two ran and 32 waited, one of them on the first connection");
  }

  @Test
  void otherMethodsAreRefusedWithTheOnesThatAreAllowed() throws IOException {
    String post = ask("POST /livez", "Content-Length: 0\r\n");
    answered("405 ", "", post);
    assertTrue(post.toLowerCase(Locale.ROOT).contains("allow: get, head\r\n"), post);
  }

  @Test
  void whatIsNoRequestOrTooLargeIsRefused() throws IOException {
    answered("400 ", "not a request\n", ask("nonsense"));
    answered("400 ", "not a request\n", ask("GET /" + "x".repeat(5000)));
    answered("400 ", "not a request\n", ask("GET /livez", "X: " + "x".repeat(9000) + "\r\n"));
    String large = ask("GET /livez", "Content-Length: 5000\r\n");
    assertTrue(large.startsWith("HTTP/1.1 413 "), large);
  }

  @Test
  void aConnectionIsAnsweredAgainAndAgain() throws IOException {
    Socket socket = connect();
    InputStream in = socket.getInputStream();
    for (int i = 0; i < 3; i++) {
      send(socket, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith("\r\n\r\nok\n")) {
        int next = in.read();
        assertTrue(next >= 0, answer::toString);
        answer.append((char) next);
      }
    }
  }

  @Test
  void halfOpenRequestsHoldNoProbeUp() throws IOException {
    for (int i = 0; i < 200; i++) {
      send(connect(), "GET /livez HTTP/1.1\r\nHo");
    }
    for (int i = 0; i < 10; i++) {
      answered("200 ", "ok\n", ask("GET /livez"));
    }
    int ended = 0;
    for (Socket socket : sockets.subList(0, 100)) {
      ended += isEnded(socket) ? 1 : 0;
    }
    assertEquals(100, ended, "the oldest made place");
  }

  private static boolean isEnded(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void aRequestThatDoesNotComeInEndsItsConnection() throws IOException {
    server.close();
    server = start(1);
    Socket socket = connect();
    send(socket, "GET /livez HTTP/1.1\r\nHo");
    assertTrue(isEnded(socket));
  }

  @Test
  void whoAsksAndNeverReadsIsCutOff() throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()));
    String some = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
    assertThrows(
        SocketException.class,
        () -> {
          for (int i = 0; i < 10_000; i++) {
            send(socket, some);
          }
        });
    answered("200 ", "ok\n", ask("GET /livez"));
  }

  @Test
  void anAddressThatIsTakenIsSaid() {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                new AdminServer(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port()),
                    probes,
                    List.of(),
                    null));
    assertFalse(String.valueOf(e.getMessage()).isBlank());
    assertTrue(String.valueOf(e.getMessage()).contains("in use"), e::toString);
  }
}
