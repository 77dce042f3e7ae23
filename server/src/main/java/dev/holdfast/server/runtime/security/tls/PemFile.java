package dev.holdfast.server.runtime.security.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.holdfast.server.runtime.security.files.FileContents;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import java.io.ByteArrayInputStream;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Reads certificates and keys from a PEM file (RFC 7468), with errors that name the line. */
final class PemFile {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String PRIVATE_KEY = "PRIVATE KEY";
  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private final FileContents file;
  private final List<Block> blocks;

  /**
   * A block of the file.
   *
   * @param line the number of its first line, from 1
   */
  @SuppressWarnings("ArrayRecordComponent") // Used within a method, and never compared.
  private record Block(String label, int line, byte[] der) {}

  PemFile(FileContents file) throws InvalidFileException {
    this.file = file;
    this.blocks = blocks(file);
  }

  private static List<Block> blocks(FileContents file) throws InvalidFileException {
    List<Block> blocks = new ArrayList<>();
    String label = null;
    int beginLine = 0;
    StringBuilder base64 = new StringBuilder();
    int number = 0;
    for (String line : (Iterable<String>) new String(file.bytes(), ISO_8859_1).lines()::iterator) {
      number++;
      String text = line.strip();
      if (text.startsWith(BEGIN) && text.endsWith(DASHES)) {
        label = text.substring(BEGIN.length(), text.length() - DASHES.length());
        beginLine = number;
        base64.setLength(0);
      } else if (label != null && text.equals(END + label + DASHES)) {
        try {
          blocks.add(new Block(label, beginLine, Base64.getDecoder().decode(base64.toString())));
        } catch (IllegalArgumentException e) {
          throw new InvalidFileException(
              file.path(), beginLine, "the block " + label + " is not Base64; copy the file again");
        }
        label = null;
      } else if (label != null) {
        base64.append(text);
      }
      // Text between the blocks is allowed; openssl writes descriptions there.
    }
    if (label != null) {
      throw new InvalidFileException(
          file.path(),
          beginLine,
          "the block " + label + " has no end; the file is cut, so copy it again");
    }
    return blocks;
  }

  /**
   * Returns the certificates, in the order of the file.
   *
   * @throws InvalidFileException if there is none, or one is malformed
   */
  List<X509Certificate> certificates() throws InvalidFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks) {
      if (block.label().equals(CERTIFICATE)) {
        certificates.add(certificate(block));
      }
    }
    if (certificates.isEmpty()) {
      throw new InvalidFileException(
          file.path(),
          "has no certificate; write PEM that begins with " + BEGIN + "CERTIFICATE-----");
    }
    return certificates;
  }

  private X509Certificate certificate(Block block) throws InvalidFileException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(block.der()));
    } catch (CertificateException e) {
      throw new InvalidFileException(
          file.path(), block.line(), "is not an X.509 certificate: " + e.getMessage());
    }
  }

  /**
   * Returns the private key.
   *
   * @throws InvalidFileException if there is none, or it is malformed or of another format
   */
  PrivateKey privateKey() throws InvalidFileException {
    for (Block block : blocks) {
      if (block.label().equals(PRIVATE_KEY)) {
        return privateKey(block);
      } else if (block.label().endsWith(PRIVATE_KEY)) {
        throw new InvalidFileException(
            file.path(),
            block.line(),
            "is a key of the format "
                + block.label()
                + "; write it as unencrypted PKCS#8: openssl pkcs8 -topk8 -nocrypt -in "
                + file.path()
                + " -out NEW");
      }
    }
    throw new InvalidFileException(
        file.path(),
        "has no private key; write PEM that begins with " + BEGIN + "PRIVATE KEY-----");
  }

  private PrivateKey privateKey(Block block) throws InvalidFileException {
    PKCS8EncodedKeySpec key = new PKCS8EncodedKeySpec(block.der());
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(key);
      } catch (InvalidKeySpecException e) {
        // It is a key of another algorithm, or of none.
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has " + algorithm, e);
      }
    }
    throw new InvalidFileException(
        file.path(), block.line(), "is not a key of EC, RSA or Ed25519; copy the file again");
  }
}
