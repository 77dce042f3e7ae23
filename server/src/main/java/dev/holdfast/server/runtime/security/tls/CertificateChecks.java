package dev.holdfast.server.runtime.security.tls;

import dev.holdfast.server.runtime.security.files.InvalidFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks certificates before they are used, so that a mistake never replaces a working set. */
final class CertificateChecks {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final byte[] PROBE = new byte[32];

  private CertificateChecks() {}

  /** Checks that all certificates are in date. */
  static void requireInDate(Path file, List<X509Certificate> certificates, Instant now)
      throws InvalidFileException {
    for (X509Certificate certificate : certificates) {
      if (now.isBefore(certificate.getNotBefore().toInstant())) {
        throw new InvalidFileException(
            file,
            describe(certificate)
                + " is valid from "
                + time(certificate.getNotBefore())
                + " on only");
      } else if (!now.isBefore(certificate.getNotAfter().toInstant())) {
        throw new InvalidFileException(
            file,
            describe(certificate)
                + " expired at "
                + time(certificate.getNotAfter())
                + "; renew it");
      }
    }
  }

  /**
   * Returns the certificates that are not expired, and logs the others; returns all if all are
   * expired. Authorities are rolled over by adding the new one beside the old one, and an old one
   * that somebody forgot must not stop a server.
   */
  static List<X509Certificate> withoutExpired(
      Path file, List<X509Certificate> certificates, Instant now) {
    List<X509Certificate> left =
        certificates.stream()
            .filter(certificate -> now.isBefore(certificate.getNotAfter().toInstant()))
            .toList();
    if (left.isEmpty()) {
      return certificates;
    }
    for (X509Certificate certificate : certificates) {
      if (!left.contains(certificate)) {
        LOG.warn(
            "{}: {} expired at {}, and is ignored; remove it",
            file,
            describe(certificate),
            time(certificate.getNotAfter()));
      }
    }
    return left;
  }

  /** Checks that each certificate of a chain is signed by the next one. */
  static void requireChain(Path file, List<X509Certificate> chain) throws InvalidFileException {
    for (int i = 0; i + 1 < chain.size(); i++) {
      try {
        chain.get(i).verify(chain.get(i + 1).getPublicKey());
      } catch (GeneralSecurityException e) {
        throw new InvalidFileException(
            file,
            describe(chain.get(i))
                + " is not signed by the next certificate, "
                + describe(chain.get(i + 1))
                + "; write the server's certificate first, then its issuers in order");
      }
    }
  }

  /** Checks that certificates may sign others. */
  static void requireAuthorities(Path file, List<X509Certificate> authorities)
      throws InvalidFileException {
    for (X509Certificate authority : authorities) {
      if (authority.getBasicConstraints() < 0) {
        throw new InvalidFileException(
            file,
            describe(authority) + " is not the certificate of an authority (CA:TRUE is missing)");
      }
    }
  }

  /** Checks that a private key belongs to a certificate, by a signature. */
  static void requireMatch(Path keyFile, PrivateKey key, Path file, X509Certificate leaf)
      throws InvalidFileException {
    if (!matches(key, leaf.getPublicKey())) {
      throw new InvalidFileException(
          keyFile, "is not the key of the first certificate in " + file + ", " + describe(leaf));
    }
  }

  private static boolean matches(PrivateKey key, PublicKey publicKey) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> "EdDSA";
        };
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // The public key is of another algorithm.
      return false;
    }
  }

  private static String time(Date date) {
    return date.toInstant().toString();
  }

  private static String describe(X509Certificate certificate) {
    return "the certificate of '" + certificate.getSubjectX500Principal().getName() + "'";
  }
}
