package dev.holdfast.client.model;

import java.math.BigInteger;

/** Prices and collateral, which the wire carries as decimal strings. */
final class Prices {
  private static final int MAX_BITS = 256;

  private Prices() {}

  /** Rejects prices that the protocol cannot carry: less than 0 and more than 2^256-1. */
  static BigInteger require(BigInteger price, String name) {
    if (price.signum() < 0 || price.bitLength() > MAX_BITS) {
      throw new IllegalArgumentException(
          "%s is %s: give 0 … 2^%d-1".formatted(name, price, MAX_BITS));
    }
    return price;
  }
}
