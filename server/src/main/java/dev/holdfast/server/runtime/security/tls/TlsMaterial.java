package dev.holdfast.server.runtime.security.tls;

import dev.holdfast.server.runtime.security.files.FileContents;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that new connections need for TLS. A renewal makes a new one, with a new cache of TLS
 * sessions: a session that was agreed under the old files is not resumed under the new ones.
 */
public final class TlsMaterial {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final SslContext grpc;
  private final SslContext http;
  private final @Nullable ClientTrust clientTrust;
  private final Instant expires;

  private TlsMaterial(
      SslContext grpc, SslContext http, @Nullable ClientTrust clientTrust, Instant expires) {
    this.grpc = grpc;
    this.http = http;
    this.clientTrust = clientTrust;
    this.expires = expires;
  }

  /**
   * Parses and checks the files of {@link TlsFiles#paths()}.
   *
   * @throws InvalidFileException if a file is malformed, the key does not match, or a certificate
   *     is not in date
   */
  public static TlsMaterial parse(List<FileContents> contents, Instant now)
      throws InvalidFileException {
    FileContents certificateFile = contents.get(0);
    FileContents keyFile = contents.get(1);
    List<X509Certificate> chain = new PemFile(certificateFile).certificates();
    CertificateChecks.requireInDate(certificateFile.path(), chain, now);
    CertificateChecks.requireChain(certificateFile.path(), chain);
    PrivateKey key = new PemFile(keyFile).privateKey();
    CertificateChecks.requireMatch(keyFile.path(), key, certificateFile.path(), chain.get(0));
    List<X509Certificate> all = new ArrayList<>(chain);
    List<X509Certificate> authorities = List.of();
    if (contents.size() > 2) {
      FileContents authoritiesFile = contents.get(2);
      authorities =
          CertificateChecks.withoutExpired(
              authoritiesFile.path(), new PemFile(authoritiesFile).certificates(), now);
      CertificateChecks.requireInDate(authoritiesFile.path(), authorities, now);
      CertificateChecks.requireAuthorities(authoritiesFile.path(), authorities);
      all.addAll(authorities);
    }
    try {
      return new TlsMaterial(
          GrpcSslContexts.configure(builder(key, chain, authorities, ClientAuth.REQUIRE)).build(),
          builder(key, chain, authorities, ClientAuth.OPTIONAL).build(),
          authorities.isEmpty() ? null : new ClientTrust(authorities),
          all.stream()
              .map(certificate -> certificate.getNotAfter().toInstant())
              .min(Instant::compareTo)
              .orElseThrow());
    } catch (SSLException e) {
      throw new InvalidFileException(
          certificateFile.path(), "cannot be used for TLS: " + e.getMessage());
    }
  }

  private static SslContextBuilder builder(
      PrivateKey key,
      List<X509Certificate> chain,
      List<X509Certificate> authorities,
      ClientAuth clientAuth) {
    SslContextBuilder builder =
        SslContextBuilder.forServer(key, chain.toArray(X509Certificate[]::new))
            .protocols(PROTOCOLS);
    if (!authorities.isEmpty()) {
      builder.trustManager(authorities.toArray(X509Certificate[]::new)).clientAuth(clientAuth);
    }
    return builder;
  }

  /** Returns the context of the gRPC port. With client authorities, clients need a certificate. */
  public SslContext grpc() {
    return grpc;
  }

  /** Returns the context of the admin port, where probes have no certificate. */
  public SslContext http() {
    return http;
  }

  /** Returns what decides on client certificates; null if clients need none. */
  public @Nullable ClientTrust clientTrust() {
    return clientTrust;
  }

  /**
   * Returns the end of the certificate that expires first, of the server's chain and of the client
   * authorities.
   */
  public Instant expires() {
    return expires;
  }
}
