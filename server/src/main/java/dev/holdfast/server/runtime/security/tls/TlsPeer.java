package dev.holdfast.server.runtime.security.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The client at the other end of a connection. */
public final class TlsPeer {
  private TlsPeer() {}

  /**
   * Returns the certificates that a client showed, its own first; empty for none.
   *
   * @param session the TLS session; null without TLS
   */
  public static List<X509Certificate> certificates(@Nullable SSLSession session) {
    List<X509Certificate> chain = new ArrayList<>();
    if (session == null) {
      return chain;
    }
    try {
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          chain.add(x509);
        }
      }
    } catch (SSLPeerUnverifiedException e) {
      // The client showed no certificate.
      return List.of();
    }
    return chain;
  }
}
