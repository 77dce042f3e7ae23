package dev.holdfast.server.runtime.security.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Decides whether client certificates are still trusted. TLS checks them once a connection;
 * connections outlive a change of the authorities, so each call checks again.
 */
public final class ClientTrust {
  /** Maximum number of remembered decisions: more than connections at a time. */
  private static final int MAX_REMEMBERED = 10_000;

  private final X509TrustManager authorities;
  private final ConcurrentMap<X509Certificate, Boolean> decisions = new ConcurrentHashMap<>();

  ClientTrust(List<X509Certificate> authorities) {
    this.authorities = trustManager(authorities);
  }

  private static X509TrustManager trustManager(List<X509Certificate> authorities) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager trust) {
          return trust;
        }
      }
      throw new IllegalStateException("the JDK's default checks X.509 certificates");
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("a key store in memory does not fail", e);
    }
  }

  /** Returns whether a client's chain is signed by an authority and its certificate is in date. */
  public boolean trusts(X509Certificate[] chain, Instant now) {
    X509Certificate leaf = chain[0];
    if (!now.isBefore(leaf.getNotAfter().toInstant())) {
      return false;
    }
    Boolean decided = decisions.get(leaf);
    if (decided != null) {
      return decided;
    }
    if (decisions.size() >= MAX_REMEMBERED) {
      decisions.clear();
    }
    boolean trusted = check(chain);
    decisions.put(leaf, trusted);
    return trusted;
  }

  private boolean check(X509Certificate[] chain) {
    try {
      authorities.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }
}
