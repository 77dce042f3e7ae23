package dev.holdfast.it.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.testing.tls.TestAuthority;
import dev.holdfast.testing.tls.TestAuthority.Identity;
import dev.holdfast.v1.AvailableResponse;
import io.grpc.ChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, client certificates, and their renewal under a running server. */
class TlsTest {
  private final TestAuthority authority = new TestAuthority("servers");
  private final TestAuthority clients = new TestAuthority("clients");

  @TempDir private Path temp;
  private Path certificates;
  private Tokens tokens;
  private @Nullable ServerProcess server;

  @BeforeEach
  void files() throws IOException {
    tokens = new Tokens(temp.resolve("tokens"));
    certificates = temp.resolve("certificates");
    renew("1", authority.server(), clients.certificate());
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  /** Writes a set of files, and swaps the symbolic link by which the server knows them. */
  private void renew(String version, Identity identity, String clientCa) throws IOException {
    Path directory = Files.createDirectory(temp.resolve("set-" + version));
    Files.writeString(directory.resolve("tls.crt"), identity.certificate());
    Files.writeString(directory.resolve("tls.key"), identity.key());
    Files.writeString(directory.resolve("ca.crt"), clientCa);
    Path link = temp.resolve("link-" + version);
    Files.createSymbolicLink(link, directory);
    Files.move(link, certificates, StandardCopyOption.ATOMIC_MOVE);
  }

  private ServerProcess start(String... more) throws Exception {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--capacity",
                "1TiB",
                "--tls-cert",
                certificates.resolve("tls.crt").toString(),
                "--tls-key",
                certificates.resolve("tls.key").toString()));
    flags.addAll(List.of(more));
    ServerProcess started = ServerProcess.start(temp.resolve("data"), flags.toArray(String[]::new));
    server = started;
    return started;
  }

  private static ByteArrayInputStream in(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private ChannelCredentials trusting(@Nullable Identity client) throws IOException {
    TlsChannelCredentials.Builder builder =
        TlsChannelCredentials.newBuilder().trustManager(in(authority.certificate()));
    if (client != null) {
      builder.keyManager(in(client.certificate()), in(client.key()));
    }
    return builder.build();
  }

  private static AvailableResponse available(Stubs stubs) {
    return stubs.repositories().available(Requests.available(""));
  }

  @Test
  void theSdkCallsOverTlsWithAToken() throws Exception {
    String secret = tokens.add("node-7", "writer");
    ServerProcess running = start("--tokens-file", tokens.file().toString());
    try (HoldfastClient client =
        HoldfastClient.builder(running.target())
            .channelCredentials(trusting(null))
            .bearerToken(secret)
            .build()) {
      assertEquals(1L << 40, client.repositories().available("default").availableBytes());
    }
    try (HoldfastClient unknown =
        HoldfastClient.builder(running.target())
            .channelCredentials(trusting(null))
            .bearerToken("holdfast_guessed")
            .build()) {
      HoldfastException denied =
          assertThrows(HoldfastException.class, () -> unknown.repositories().available("default"));
      assertEquals(ErrorReason.UNAUTHENTICATED, denied.reason());
    }
    try (HoldfastClient plain =
        HoldfastClient.builder(running.target()).defaultDeadline(Duration.ofSeconds(2)).build()) {
      assertThrows(HoldfastException.class, () -> plain.repositories().available("default"));
    }
    assertTrue(
        running.log().contains("(TLS with certificates that are valid until "), running.log());
    assertTrue(running.log().contains(", 1 token)"), running.log());
  }

  @Test
  void aClientCertificateNamesItsCaller() throws Exception {
    tokens.add("node-7", "reader", "--certificate");
    tokens.add("spiffe://example.org/node-8", "writer", "--certificate");
    ServerProcess running =
        start(
            "--tls-client-ca",
            certificates.resolve("ca.crt").toString(),
            "--tokens-file",
            tokens.file().toString());
    try (Stubs reader = new Stubs(running.target(), trusting(clients.client("node-7")), null)) {
      available(reader);
      Refusal.expect(
          "PERMISSION_DENIED", () -> reader.repositories().reserve(Requests.reserve("", 1, "op")));
    }
    try (Stubs writer =
        new Stubs(
            running.target(),
            trusting(clients.clientWithUri("spiffe://example.org/node-8")),
            null)) {
      var unused = writer.repositories().reserve(Requests.reserve("", 1, "op"));
    }
    try (Stubs stranger = new Stubs(running.target(), trusting(clients.client("other")), null)) {
      Refusal.expect("UNAUTHENTICATED", () -> available(stranger));
    }
    try (Stubs forger =
            new Stubs(
                running.target(), trusting(new TestAuthority("clients").client("node-7")), null);
        Stubs without = new Stubs(running.target(), trusting(null), null)) {
      assertThrows(StatusRuntimeException.class, () -> available(forger));
      assertThrows(StatusRuntimeException.class, () -> available(without));
    }
  }

  @Test
  void aChangeOfTheClientAuthorityHoldsForOpenConnections() throws Exception {
    ServerProcess running = start("--tls-client-ca", certificates.resolve("ca.crt").toString());
    TestAuthority next = new TestAuthority("next clients");
    try (Stubs old = new Stubs(running.target(), trusting(clients.client("node-7")), null);
        Stubs renewed = new Stubs(running.target(), trusting(next.client("node-7")), null)) {
      available(old);
      renew("2", authority.server(), clients.certificate() + next.certificate());
      Poll.until("the next authority holds", () -> isAnswered(renewed));
      available(old);
      renew("3", authority.server(), next.certificate());
      Poll.until("the old authority no longer holds", () -> !isAnswered(old));
      Refusal.expect("UNAUTHENTICATED", () -> available(old));
      available(renewed);
    }
  }

  private static boolean isAnswered(Stubs stubs) {
    try {
      available(stubs);
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  @Test
  void aRenewedCertificateHoldsForNewConnectionsAndNoCallFails() throws Exception {
    ServerProcess running = start();
    AtomicBoolean ended = new AtomicBoolean();
    CompletableFuture<Integer> load =
        CompletableFuture.supplyAsync(
            () -> {
              int calls = 0;
              while (!ended.get()) {
                try (Stubs stubs = new Stubs(running.target(), trusting(null), null)) {
                  for (int i = 0; i < 20; i++) {
                    available(stubs);
                    calls++;
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }
              return calls;
            });
    long serial = serial(running.target());
    renew("2", authority.server(), clients.certificate());
    Poll.until("the new one holds", () -> serial(running.target()) != serial);
    long second = serial(running.target());
    // A certificate that is renewed under the same key, and the key's file is not touched.
    Path tls = certificates.toRealPath().resolve("tls.crt");
    Identity wrong = authority.server();
    Files.writeString(tls, wrong.certificate());
    Poll.until("a wrong one is told", () -> running.log().contains("is not the key of the first"));
    assertEquals(second, serial(running.target()));
    Identity third = authority.server();
    Files.writeString(tls.resolveSibling("tls.key"), third.key());
    Files.writeString(tls, third.certificate());
    Poll.until("the third holds", () -> serial(running.target()) != second);
    ended.set(true);
    assertTrue(load.join() > 0);
  }

  /** Returns the serial number of the certificate that a new connection gets. */
  private static long serial(String target) throws Exception {
    X509Certificate[] seen = new X509Certificate[1];
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
              seen[0] = chain[0];
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        new SecureRandom());
    int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
    }
    return seen[0].getSerialNumber().longValueExact();
  }
}
