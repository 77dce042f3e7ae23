package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.testing.tls.TestAuthority;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The access to a server with TLS and tokens. */
final class SecuredAccess implements ScrapedServer.Access {
  private final TestAuthority authority = new TestAuthority("benchmark");
  private final Path directory;
  private final String token;

  /** Writes the server's files. */
  SecuredAccess(Programs programs, Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    TestAuthority.Identity identity = authority.server();
    Files.writeString(directory.resolve("tls.crt"), identity.certificate());
    Files.writeString(directory.resolve("tls.key"), identity.key());
    this.token = programs.newToken(directory.resolve("tokens"));
  }

  @Override
  public String[] flags() {
    return new String[] {
      "--tls-cert", directory.resolve("tls.crt").toString(),
      "--tls-key", directory.resolve("tls.key").toString(),
      "--tokens-file", directory.resolve("tokens").toString()
    };
  }

  @Override
  public Connections connect(String address) throws IOException {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return new Connections(
        address,
        TlsChannelCredentials.newBuilder().trustManager(certificate()).build(),
        MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private ByteArrayInputStream certificate() {
    return new ByteArrayInputStream(authority.certificate().getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String scheme() {
    return "https";
  }

  @Override
  public HttpClient http() {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(certificate()));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(context).build();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a key store in memory does not fail", e);
    }
  }
}
