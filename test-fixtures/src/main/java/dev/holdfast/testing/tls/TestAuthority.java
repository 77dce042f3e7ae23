package dev.holdfast.testing.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority that exists for a test. */
public final class TestAuthority {
  private static final Duration VALIDITY = Duration.ofDays(30);
  private static final AtomicLong SERIALS = new AtomicLong(1);

  private final X500Principal name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  /**
   * A certificate with its key, in PEM.
   *
   * @param certificate the certificate
   * @param key its private key, as PKCS#8
   */
  public record Identity(String certificate, String key) {}

  /**
   * Creates an authority with a new key.
   *
   * @param name its common name
   */
  public TestAuthority(String name) {
    this(name, Instant.now().minusSeconds(60), Instant.now().plus(VALIDITY));
  }

  /**
   * Creates an authority with a new key and its own validity.
   *
   * @param name its common name
   * @param from the begin of its validity
   * @param until the end of its validity
   */
  public TestAuthority(String name, Instant from, Instant until) {
    this.name = new X500Principal("CN=" + name);
    this.keys = newKeys();
    this.certificate = certify(this.name, keys.getPublic(), from, until, true, null);
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate certify(
      X500Principal subject,
      PublicKey key,
      Instant from,
      Instant until,
      boolean authority,
      @Nullable GeneralNames names) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIALS.getAndIncrement()),
              Date.from(from),
              Date.from(until),
              subject,
              key);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (names != null) {
        builder.addExtension(Extension.subjectAlternativeName, false, names);
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (CertIOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Returns the certificate of this authority.
   *
   * @return it in PEM
   */
  public String certificate() {
    return pem(certificate);
  }

  /**
   * Issues a certificate for a server on this machine.
   *
   * @return an identity for localhost, 127.0.0.1 and ::1, valid for 30 days
   */
  public Identity server() {
    Instant now = Instant.now();
    return server(now.minusSeconds(60), now.plus(VALIDITY));
  }

  /**
   * Issues a certificate for a server on this machine.
   *
   * @param from the beginning of its validity
   * @param until the end of its validity
   * @return an identity for localhost, 127.0.0.1 and ::1
   */
  public Identity server(Instant from, Instant until) {
    GeneralNames names =
        new GeneralNames(
            new GeneralName[] {
              new GeneralName(GeneralName.dNSName, "localhost"),
              new GeneralName(GeneralName.iPAddress, "127.0.0.1"),
              new GeneralName(GeneralName.iPAddress, "::1")
            });
    return identity("holdfast", from, until, names);
  }

  /**
   * Issues a certificate for a client, with its name as the common name.
   *
   * @param name the client's name
   * @return an identity that is valid for 30 days
   */
  public Identity client(String name) {
    Instant now = Instant.now();
    return identity(name, now.minusSeconds(60), now.plus(VALIDITY), null);
  }

  /**
   * Issues a certificate for a client, with its name as a subject alternative name.
   *
   * @param uri the client's name, a URI
   * @return an identity that is valid for 30 days
   */
  public Identity clientWithUri(String uri) {
    Instant now = Instant.now();
    return identity(
        "unknown",
        now.minusSeconds(60),
        now.plus(VALIDITY),
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
  }

  private Identity identity(
      String commonName, Instant from, Instant until, @Nullable GeneralNames names) {
    KeyPair pair = newKeys();
    X509Certificate issued =
        certify(new X500Principal("CN=" + commonName), pair.getPublic(), from, until, false, names);
    return new Identity(pem(issued), pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
  }

  private static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
