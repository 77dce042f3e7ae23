package dev.holdfast.it.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ListOffersResponse;
import dev.holdfast.v1.ListRepositoriesResponse;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.VerifyProblem;
import dev.holdfast.v1.VerifyResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests exit codes and messages when a server refuses, is another one, or is not there. */
class RefusalsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "UNAUTHENTICATED, UNAUTHENTICATED, 4",
    "PERMISSION_DENIED, PERMISSION_DENIED, 4",
    "FAILED_PRECONDITION, A_LATER_REASON, 1",
    "NOT_FOUND, REPOSITORY_NOT_FOUND, 1",
    "INVALID_ARGUMENT, INVALID_ARGUMENT, 2",
  })
  void eachReasonHasItsExitCode(Status.Code code, String reason, int exit) {
    try (FakeServer server = FakeServer.start()) {
      server.fail(SalesServiceGrpc.getListOffersMethod(), FakeServer.error(code, reason, Map.of()));
      ProgramResult refused = Commands.run(server.target(), "offers");
      assertEquals(exit, refused.exit(), refused.err());
      assertOneLine(refused, reason);
      assertEquals("", refused.out());
    }
  }

  @Test
  void aServerThatDrainsIsUnavailable() {
    try (FakeServer server = FakeServer.start()) {
      server.fail(
          SalesServiceGrpc.getListOffersMethod(),
          FakeServer.error(Status.Code.UNAVAILABLE, "DRAINING", Map.of()));
      ProgramResult refused = Commands.run(server.target(), "offers", "--deadline=1s");
      assertEquals(3, refused.exit(), refused.err());
    }
  }

  @Test
  void aDeadServerIsUnavailable() throws Exception {
    int port;
    try (ServerSocket bound = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = bound.getLocalPort();
    }
    ProgramResult refused =
        Program.holdfast().run("offers", "--server", "127.0.0.1:" + port, "--deadline", "20s");
    assertEquals(3, refused.exit(), refused.err());
    assertOneLine(refused, "cannot reach 127.0.0.1:" + port);
    assertTrue(refused.err().contains("Connection refused"), refused.err());
  }

  @Test
  void aServerThatIsSilentIsUnavailable() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String server = "127.0.0.1:" + silent.getLocalPort();
      ProgramResult refused = Commands.run(server, "status", "--deadline=300ms");
      assertEquals(3, refused.exit(), refused.err());
      assertOneLine(refused, server + " did not answer within 300 ms");
    }
  }

  @Test
  void verifyTellsWhereTheBooksDoNotBalance() throws Exception {
    try (FakeServer server = FakeServer.start()) {
      server.answer(
          RepositoryServiceGrpc.getListRepositoriesMethod(),
          ListRepositoriesResponse.newBuilder()
              .addRepositories(Repository.newBuilder().setRepositoryId("cold"))
              .build());
      server.answer(
          RepositoryServiceGrpc.getVerifyMethod(),
          VerifyResponse.newBuilder()
              .setConsistent(false)
              .setRecordedBytes(3)
              .addProblems(
                  VerifyProblem.newBuilder()
                      .setSubject("reserved_bytes")
                      .setRecorded(3)
                      .setCounted(2))
              .build());
      ProgramResult bad = Program.holdfast().run("verify", "--server", server.target());
      assertEquals(1, bad.exit(), bad.err());
      assertTrue(bad.out().contains("  reserved_bytes: recorded 3, counted 2\n"), bad.out());
      assertTrue(bad.out().endsWith("the books do not balance\n"), bad.out());
    }
  }

  @Test
  void theTokenComesFromAFileOrTheEnvironment() throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "hf_of-the-file\n");
    try (FakeServer server = answeringVerify()) {
      assertEquals("Bearer hf_of-the-file", authorization(server, Map.of(), file));
      Map<String, String> environment = Map.of("HOLDFAST_TOKEN", "hf_of-the-environment");
      assertEquals("Bearer hf_of-the-environment", authorization(server, environment, null));
      assertEquals("Bearer hf_of-the-file", authorization(server, environment, file));
    }
    Files.writeString(file, "two words");
    ProgramResult refused = Commands.run("127.0.0.1:1", "offers", "--token-file=" + file);
    assertEquals(2, refused.exit(), refused.err());
    assertTrue(refused.err().contains("is not a token"), refused.err());
  }

  @Test
  void anEmptyTokenInTheEnvironmentIsAnError() throws Exception {
    ProgramResult refused =
        Program.holdfast()
            .withEnvironment(Map.of("HOLDFAST_TOKEN", ""))
            .run("offers", "--server", "127.0.0.1:1");
    assertEquals(2, refused.exit(), refused.err());
    assertTrue(
        refused.err().contains("HOLDFAST_TOKEN is empty; set it to a token, or unset it"),
        refused.err());
  }

  private static FakeServer answeringVerify() {
    FakeServer server = FakeServer.start();
    server.answer(
        RepositoryServiceGrpc.getVerifyMethod(),
        VerifyResponse.newBuilder().setConsistent(true).build());
    return server;
  }

  private static @Nullable String authorization(
      FakeServer server, Map<String, String> environment, @Nullable Path tokenFile)
      throws Exception {
    List<String> words =
        new ArrayList<>(List.of("verify", "--server", server.target(), "--repository", "cold"));
    if (tokenFile != null) {
      words.add("--token-file=" + tokenFile);
    }
    ProgramResult result =
        Program.holdfast().withEnvironment(environment).run(words.toArray(new String[0]));
    assertEquals(0, result.exit(), result.err());
    return server
        .next()
        .headers()
        .get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
  }

  @Test
  void mutualTls() throws Exception {
    KeyStore serverKeys = keys("server");
    KeyStore clientKeys = keys("client");
    TlsServerCredentials.Builder credentials =
        TlsServerCredentials.newBuilder()
            .keyManager(certificate(serverKeys).toFile(), key(serverKeys).toFile())
            .trustManager(certificate(clientKeys).toFile())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
    try (FakeServer server = FakeServer.start(credentials.build())) {
      server.answer(
          SalesServiceGrpc.getListOffersMethod(), ListOffersResponse.getDefaultInstance());
      String ca = "--tls-ca=" + certificate(serverKeys);
      ProgramResult known =
          Commands.run(
              server.target(),
              "offers",
              ca,
              "--tls-cert=" + certificate(clientKeys),
              "--tls-key=" + key(clientKeys));
      assertEquals(0, known.exit(), known.err());
      ProgramResult anonymous = Commands.run(server.target(), "offers", ca, "--deadline=2s");
      assertEquals(4, anonymous.exit(), anonymous.err());
      assertOneLine(anonymous, "--tls-cert");
      assertFalse(anonymous.err().contains("Exception"), anonymous.err());
      ProgramResult stranger = Commands.run(server.target(), "offers", "--tls", "--deadline=2s");
      assertEquals(3, stranger.exit(), "an unknown CA");
      assertOneLine(stranger, "--tls-ca");
      assertFalse(stranger.err().contains("Pipeline"), stranger.err());
    }
    Path noKey = Files.writeString(directory.resolve("no.key"), "no key");
    ProgramResult refused =
        Commands.run(
            "127.0.0.1:1", "offers", "--tls-cert=" + certificate(clientKeys), "--tls-key=" + noKey);
    assertEquals(2, refused.exit(), refused.err());
    assertTrue(refused.err().contains("--tls-key"), refused.err());
  }

  private KeyStore keys(String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "key",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-ext",
                "bc:c",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, keytool.waitFor());
    return KeyStore.getInstance(store.toFile(), PASSWORD);
  }

  private Path certificate(KeyStore keys) throws Exception {
    return pem("CERTIFICATE", keys.getCertificate("key").getEncoded());
  }

  private Path key(KeyStore keys) throws Exception {
    return pem("PRIVATE KEY", keys.getKey("key", PASSWORD).getEncoded());
  }

  private Path pem(String kind, byte[] der) throws Exception {
    String text = Base64.getMimeEncoder().encodeToString(der);
    return Files.writeString(
        Files.createTempFile(directory, "pem", ".pem"),
        "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
  }

  private static void assertOneLine(ProgramResult refused, String part) {
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertTrue(refused.err().startsWith("holdfast: "), refused.err());
    assertTrue(refused.err().contains(part), refused.err());
  }
}
