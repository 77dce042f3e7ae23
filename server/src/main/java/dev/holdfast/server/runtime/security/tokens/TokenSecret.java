package dev.holdfast.server.runtime.security.tokens;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret of a token: 256 random bits, with a prefix by which scanners of repositories and logs
 * recognise it. A secret of that length needs no slow hash, which would cost milliseconds a call.
 */
public final class TokenSecret {
  private static final String PREFIX = "holdfast_";
  private static final int RANDOM_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private TokenSecret() {}

  /** Returns a new secret. */
  public static String generate() {
    byte[] bytes = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Returns the hash by which the tokens file knows a secret. */
  public static TokenHash hash(String secret) {
    try {
      return new TokenHash(
          MessageDigest.getInstance("SHA-256").digest(secret.getBytes(ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
