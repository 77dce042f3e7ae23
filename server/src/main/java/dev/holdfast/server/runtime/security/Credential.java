package dev.holdfast.server.runtime.security;

import dev.holdfast.server.runtime.security.tokens.TokenHash;
import java.security.cert.X509Certificate;
import java.util.List;

/** What a caller proves who it is with. It is decided on again while a call lasts. */
sealed interface Credential {
  /** A token, by its hash. */
  record Token(TokenHash hash) implements Credential {}

  /** A client certificate, with its issuers as the client sent them. */
  record Certificate(List<X509Certificate> chain) implements Credential {}
}
