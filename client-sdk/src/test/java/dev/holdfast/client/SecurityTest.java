package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.internal.wire.BearerToken;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, mutual TLS and tokens. */
class SecurityTest {
  private static final String PASSWORD = "changeit";
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir static Path directory;
  private static KeyStore serverKeys;
  private static KeyStore clientKeys;

  @BeforeAll
  static void makeCertificates() throws Exception {
    serverKeys = selfSigned("server");
    clientKeys = selfSigned("client");
  }

  @Test
  void tls() throws Exception {
    try (FakeServer server = answering(tls(serverKeys))) {
      assertAnswered(server, tlsTo(server).build());
    }
  }

  @Test
  void aServerThatIsNotTrustedIsNotTalkedTo() throws Exception {
    try (FakeServer server = answering(tls(clientKeys));
        HoldfastClient client = tlsTo(server).build()) {
      assertThrows(UnavailableException.class, () -> client.repositories().create("cold", 1));
      assertEquals(0, server.attempts().size());
    }
  }

  @Test
  void mutualTls() throws Exception {
    ServerCredentials credentials =
        TlsServerCredentials.newBuilder()
            .keyManager(keyManagers(serverKeys))
            .trustManager(trustManagers(clientKeys))
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build();
    try (FakeServer server = answering(credentials)) {
      ChannelCredentials known =
          TlsChannelCredentials.newBuilder()
              .keyManager(keyManagers(clientKeys))
              .trustManager(trustManagers(serverKeys))
              .build();
      assertAnswered(
          server, HoldfastClient.builder(server.target()).channelCredentials(known).build());
      server.attempts().clear();
      try (HoldfastClient unknown = tlsTo(server).build()) {
        assertThrows(HoldfastException.class, () -> unknown.repositories().create("cold", 1));
        assertEquals(0, server.attempts().size());
      }
    }
  }

  @Test
  void aTokenIsAskedForAtEveryCall() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (FakeServer server = answering(tls(serverKeys));
        HoldfastClient client =
            tlsTo(server).bearerToken(() -> "secret" + asked.incrementAndGet()).build()) {
      var unused = client.repositories().available("");
      var unusedToo = client.repositories().available("");
      assertEquals("Bearer secret1", server.next().headers().get(AUTHORIZATION));
      assertEquals("Bearer secret2", server.next().headers().get(AUTHORIZATION));
    }
  }

  @Test
  void aTokenIsSentInTheClearWithinTheMachine() throws Exception {
    try (FakeServer server = answering(InsecureServerCredentials.create());
        HoldfastClient client =
            HoldfastClient.builder(server.target()).bearerToken("secret").build()) {
      var unused = client.repositories().available("");
      assertEquals("Bearer secret", server.next().headers().get(AUTHORIZATION));
    }
  }

  @Test
  void aTokenThatCannotBeHadFailsTheCallBeforeItIsSent() throws Exception {
    try (FakeServer server = answering(InsecureServerCredentials.create());
        HoldfastClient client =
            HoldfastClient.builder(server.target())
                .bearerToken(
                    () -> {
                      throw new IllegalStateException("no token today");
                    })
                .build()) {
      var e = assertThrows(HoldfastException.class, () -> client.repositories().create("cold", 1));
      assertSame(HoldfastException.class, e.getClass());
      assertTrue(e.getMessage().contains("the token's supplier failed"), e.getMessage());
      assertEquals(0, server.attempts().size());
    }
  }

  @Test
  void aTokenIsNotSentInTheClearToAnotherMachine() throws Exception {
    var elsewhere =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 1);
    var here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    assertNotNull(apply(elsewhere, SecurityLevel.NONE).failure);
    assertNotNull(apply(elsewhere, SecurityLevel.INTEGRITY).failure);
    assertNotNull(
        apply(InetSocketAddress.createUnresolved("localhost", 1), SecurityLevel.NONE).failure);
    assertNotNull(apply(elsewhere, SecurityLevel.PRIVACY_AND_INTEGRITY).headers);
    assertNotNull(apply(here, SecurityLevel.NONE).headers);
  }

  private static Applied apply(InetSocketAddress server, SecurityLevel level) {
    Applied applied = new Applied();
    new BearerToken(() -> "secret")
        .applyRequestMetadata(
            new CallCredentials.RequestInfo() {
              @Override
              public MethodDescriptor<?, ?> getMethodDescriptor() {
                return RepositoryServiceGrpc.getAvailableMethod();
              }

              @Override
              public SecurityLevel getSecurityLevel() {
                return level;
              }

              @Override
              public String getAuthority() {
                return "authority";
              }

              @Override
              public Attributes getTransportAttrs() {
                return Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, server).build();
              }
            },
            Runnable::run,
            applied);
    return applied;
  }

  private static final class Applied extends CallCredentials.MetadataApplier {
    @Nullable Metadata headers;
    @Nullable Status failure;

    @Override
    public void apply(Metadata headers) {
      this.headers = headers;
    }

    @Override
    public void fail(Status failure) {
      this.failure = failure;
    }
  }

  private static FakeServer answering(ServerCredentials credentials) {
    FakeServer server = FakeServer.start(credentials);
    server.answer(
        RepositoryServiceGrpc.getAvailableMethod(),
        AvailableResponse.newBuilder().setAvailableBytes(7).build());
    return server;
  }

  private static ServerCredentials tls(KeyStore keys) throws Exception {
    return TlsServerCredentials.newBuilder().keyManager(keyManagers(keys)).build();
  }

  private static HoldfastClient.Builder tlsTo(FakeServer server) throws Exception {
    return HoldfastClient.builder(server.target())
        .channelCredentials(
            TlsChannelCredentials.newBuilder().trustManager(trustManagers(serverKeys)).build());
  }

  private static void assertAnswered(FakeServer server, HoldfastClient client) {
    try (client) {
      assertEquals(7, client.repositories().available("").availableBytes());
      assertEquals(1, server.attempts().size());
    }
  }

  private static KeyStore selfSigned(String name) throws Exception {
    Path file = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=ip:127.0.0.1",
                "-keyalg",
                "EC",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(keytool.waitFor(60, TimeUnit.SECONDS) && keytool.exitValue() == 0, output);
    return KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
  }

  private static KeyManager[] keyManagers(KeyStore keys) throws Exception {
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD.toCharArray());
    return factory.getKeyManagers();
  }

  private static TrustManager[] trustManagers(KeyStore keys) throws Exception {
    KeyStore certificates = KeyStore.getInstance("PKCS12");
    certificates.load(null, null);
    String alias = keys.aliases().nextElement();
    certificates.setCertificateEntry(alias, keys.getCertificate(alias));
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(certificates);
    return factory.getTrustManagers();
  }
}
