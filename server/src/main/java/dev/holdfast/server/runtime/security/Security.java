package dev.holdfast.server.runtime.security;

import dev.holdfast.server.runtime.security.files.InvalidFileException;
import dev.holdfast.server.runtime.security.files.ReloadedFiles;
import dev.holdfast.server.runtime.security.tls.CertificateNames;
import dev.holdfast.server.runtime.security.tls.ClientTrust;
import dev.holdfast.server.runtime.security.tls.TlsFiles;
import dev.holdfast.server.runtime.security.tls.TlsMaterial;
import dev.holdfast.server.runtime.security.tokens.TokenEntry;
import dev.holdfast.server.runtime.security.tokens.TokenSecret;
import dev.holdfast.server.runtime.security.tokens.TokensFile;
import io.grpc.netty.shaded.io.netty.channel.ChannelPipeline;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Decides who a caller is, from the newest valid tokens file and TLS files. */
public final class Security {
  /** No encryption, and no authentication. */
  public static final Security NONE = new Security(null, null, InstantSource.system());

  private static final String SCHEME = "Bearer ";

  private final @Nullable ReloadedFiles<TlsMaterial> tls;
  private final @Nullable ReloadedFiles<TokensFile> tokens;
  private final InstantSource clock;

  private Security(
      @Nullable ReloadedFiles<TlsMaterial> tls,
      @Nullable ReloadedFiles<TokensFile> tokens,
      InstantSource clock) {
    this.tls = tls;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * Reads the files.
   *
   * @param tlsFiles null for no TLS
   * @param tokensFile null for no tokens
   * @throws InvalidFileException if a file is malformed
   */
  public static Security read(
      @Nullable TlsFiles tlsFiles,
      @Nullable Path tokensFile,
      InstantSource clock,
      ReloadedFiles.Listener listener)
      throws InvalidFileException {
    return new Security(
        tlsFiles == null
            ? null
            : new ReloadedFiles<>(
                "tls",
                tlsFiles.paths(),
                contents -> TlsMaterial.parse(contents, clock.instant()),
                listener),
        tokensFile == null
            ? null
            : new ReloadedFiles<>(
                "tokens",
                List.of(tokensFile),
                contents -> TokensFile.parse(contents.get(0)),
                listener),
        clock);
  }

  /** Takes up changed files. Must be called by one thread at a time. */
  public void poll() {
    if (tls != null) {
      tls.poll();
    }
    if (tokens != null) {
      tokens.poll();
    }
  }

  /** Returns the TLS material of new connections; null without TLS. */
  public @Nullable TlsMaterial tls() {
    return tls == null ? null : tls.get();
  }

  /**
   * Returns what adds TLS to each new connection of the admin port; null without TLS. Probes have
   * no certificate, so the port only asks for one.
   */
  public @Nullable Consumer<ChannelPipeline> adminTransport() {
    if (tls == null) {
      return null;
    }
    return pipeline -> pipeline.addLast(tls.get().http().newHandler(pipeline.channel().alloc()));
  }

  /** Returns whether callers show tokens. */
  public boolean hasTokens() {
    return tokens != null;
  }

  /** Returns whether callers are authenticated. */
  public boolean authenticates() {
    return tokens != null || (tls != null && tls.get().clientTrust() != null);
  }

  /** Describes how the server is secured, for the log. */
  public String describe() {
    StringJoiner text = new StringJoiner(", ");
    TlsMaterial material = tls();
    text.add(
        material == null
            ? "no encryption"
            : "TLS with certificates that are valid until " + material.expires());
    if (material != null && material.clientTrust() != null) {
      text.add("client certificates required");
    }
    if (tokens != null) {
      int count = tokens.get().entries().size();
      text.add(count == 1 ? "1 token" : count + " tokens");
    }
    return authenticates() ? text.toString() : text.add("no authentication").toString();
  }

  /**
   * Returns the credential that a client shows; null for none. A token counts before a certificate.
   *
   * @param authorization the value of the header {@code authorization}; null if there is none
   * @param chain the client's certificates, its own first; empty if it sent none
   */
  @Nullable Credential credential(@Nullable String authorization, List<X509Certificate> chain) {
    if (tokens != null && authorization != null) {
      return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
          ? new Credential.Token(TokenSecret.hash(authorization.substring(SCHEME.length()).strip()))
          : null;
    }
    return chain.isEmpty() ? null : new Credential.Certificate(chain);
  }

  /** Returns the caller with a credential now; null if the credential is not valid, or no more. */
  @Nullable Caller caller(@Nullable Credential credential) {
    Instant now = clock.instant();
    if (credential instanceof Credential.Token token) {
      TokenEntry entry = Objects.requireNonNull(tokens).get().withHash(token.hash(), now);
      return entry == null ? null : Caller.of(entry);
    } else if (credential instanceof Credential.Certificate certificate) {
      return caller(certificate.chain(), now);
    }
    return null;
  }

  private @Nullable Caller caller(List<X509Certificate> chain, Instant now) {
    TlsMaterial material = tls();
    ClientTrust trust = material == null ? null : material.clientTrust();
    if (trust == null || !trust.trusts(chain.toArray(X509Certificate[]::new), now)) {
      return null;
    } else if (tokens == null) {
      return Caller.ANYBODY;
    }
    for (String name : CertificateNames.of(chain.get(0))) {
      TokenEntry entry = tokens.get().withName(name, now);
      if (entry != null) {
        return Caller.of(entry);
      }
    }
    return null;
  }
}
