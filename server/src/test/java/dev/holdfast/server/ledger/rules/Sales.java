package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.rules.sales.SaleFields;
import dev.holdfast.server.ledger.rules.sales.SellSlot;
import dev.holdfast.server.ledger.rules.sales.SlotChoice;
import dev.holdfast.server.ledger.rules.sales.SlotIndexes;
import dev.holdfast.server.ledger.rules.sales.StorageRequest;
import java.math.BigInteger;
import java.util.Arrays;

/** Offers and sales for tests, with what does not matter left out. */
public final class Sales {
  /** 2^256-1. */
  public static final BigInteger LARGEST = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);

  private Sales() {}

  /** Terms with a total, 0 for none, and a price as their only limits. */
  public static Offer.Terms terms(long totalBytes, long minPrice) {
    return new Offer.Terms(totalBytes, 0, 0, 0, BigInteger.valueOf(minPrice), null, null, true);
  }

  /** A sale for which the largest price is paid. */
  public static SellSlot sell(
      String repositoryId,
      String requestId,
      long slotCount,
      long slotSizeBytes,
      String operationId,
      long seed,
      long... excluded) {
    return sell(
        repositoryId,
        new StorageRequest(requestId, slotCount, slotSizeBytes, 1, LARGEST, BigInteger.ZERO, null),
        operationId,
        seed,
        excluded);
  }

  /** A sale without a lease. */
  public static SellSlot sell(
      String repositoryId,
      StorageRequest request,
      String operationId,
      long seed,
      long... excluded) {
    SlotIndexes indexes = SlotIndexes.below(request.slotCount(), excluded);
    String numbers = Arrays.toString(indexes.ascending().toArray()).replace(" ", "");
    SaleFields asked = SaleFields.of(request, numbers);
    SlotChoice choice = SlotChoice.draw(request.slotCount(), indexes, seed);
    return new SellSlot(repositoryId, request, choice, asked, 0, operationId, false);
  }

  /** The same with a lease. */
  public static SellSlot withLease(SellSlot sale, long leaseMicros) {
    return new SellSlot(
        sale.repositoryId(),
        sale.request(),
        sale.choice(),
        sale.fields(),
        leaseMicros,
        sale.operationId(),
        sale.validateOnly());
  }

  /** The same, only to be answered. */
  public static SellSlot validating(SellSlot sale) {
    return new SellSlot(
        sale.repositoryId(),
        sale.request(),
        sale.choice(),
        sale.fields(),
        sale.leaseMicros(),
        sale.operationId(),
        true);
  }
}
