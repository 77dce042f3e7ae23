package dev.holdfast.server.runtime.security.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.runtime.security.files.FileContents;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import dev.holdfast.testing.tls.TestAuthority;
import dev.holdfast.testing.tls.TestAuthority.Identity;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TlsMaterialTest {
  private final Instant now = Instant.now();

  private final TestAuthority authority = new TestAuthority("authority");
  private final Identity server = authority.server();

  private TlsMaterial parse(String certificate, String key, String... clientCa)
      throws InvalidFileException {
    List<FileContents> contents = new ArrayList<>();
    contents.add(new FileContents(Path.of("tls.crt"), certificate.getBytes(US_ASCII)));
    contents.add(new FileContents(Path.of("tls.key"), key.getBytes(US_ASCII)));
    for (String ca : clientCa) {
      contents.add(new FileContents(Path.of("ca.crt"), ca.getBytes(US_ASCII)));
    }
    return TlsMaterial.parse(contents, now);
  }

  private void assertInvalid(
      String begin, String part, String certificate, String key, String... clientCa) {
    InvalidFileException e =
        assertThrows(InvalidFileException.class, () -> parse(certificate, key, clientCa));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(begin) && message.contains(part), message);
  }

  @Test
  void aChainAndItsKeyAreTaken() throws InvalidFileException {
    Instant until = now.plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    Identity brief = authority.server(now.minusSeconds(60), until);
    TlsMaterial material = parse(brief.certificate() + authority.certificate(), brief.key());
    assertEquals(until, material.expires());
    assertNull(material.clientTrust());
    assertNotNull(parse(server.certificate(), server.key(), authority.certificate()).clientTrust());
  }

  @Test
  void whatIsNotPemIsNamed() {
    assertInvalid("tls.crt: ", "has no certificate", "nothing", server.key());
    assertInvalid("tls.key: ", "has no private key", server.certificate(), "nothing");
    assertInvalid("ca.crt: ", "has no certificate", server.certificate(), server.key(), "nothing");
  }

  @Test
  void aDamagedBlockIsNamedByItsLine() {
    String cut = server.certificate().substring(0, 200);
    assertInvalid("tls.crt:2: ", "is cut", "\n" + cut, server.key());
    assertInvalid(
        "tls.crt:1: ",
        "is not Base64",
        server.certificate().replaceFirst("MII", "M*I"),
        server.key());
    assertInvalid(
        "tls.crt:1: ",
        "is not an X.509 certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        server.key());
    assertInvalid(
        "tls.key:1: ",
        "is not a key",
        server.certificate(),
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  }

  @Test
  void aKeyOfAnotherFormatIsToldHowToConvert() {
    assertInvalid(
        "tls.key:1: ",
        "openssl pkcs8 -topk8 -nocrypt -in tls.key",
        server.certificate(),
        server.key().replace("PRIVATE KEY", "EC PRIVATE KEY"));
    assertInvalid(
        "tls.key:1: ",
        "ENCRYPTED PRIVATE KEY",
        server.certificate(),
        server.key().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    assertInvalid(
        "tls.key: ",
        "is not the key of the first certificate in tls.crt",
        server.certificate(),
        authority.server().key());
  }

  @Test
  void certificatesThatAreNotInDateAreRefused() {
    Identity expired = authority.server(now.minusSeconds(200), now.minusSeconds(100));
    assertInvalid("tls.crt: ", "expired at", expired.certificate(), expired.key());
    Identity early = authority.server(now.plusSeconds(100), now.plusSeconds(200));
    assertInvalid("tls.crt: ", "is valid from", early.certificate(), early.key());
  }

  @Test
  void anExpiredAuthorityBesideAValidOneIsIgnored() throws InvalidFileException {
    String old =
        new TestAuthority("old", now.minusSeconds(200), now.minusSeconds(100)).certificate();
    TlsMaterial material = parse(server.certificate(), server.key(), old + authority.certificate());
    assertNotNull(material.clientTrust());
    assertTrue(material.expires().isAfter(now), () -> "expires " + material.expires());
    assertInvalid("ca.crt: ", "expired at", server.certificate(), server.key(), old);
  }

  @Test
  void aChainInWrongOrderIsRefused() {
    assertInvalid(
        "tls.crt: ",
        "is not signed by the next certificate",
        server.certificate() + new TestAuthority("another").certificate(),
        server.key());
  }

  @Test
  void aClientAuthorityIsAnAuthority() {
    assertInvalid(
        "ca.crt: ",
        "is not the certificate of an authority",
        server.certificate(),
        server.key(),
        server.certificate());
  }
}
