package dev.holdfast.example.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.SaleInProgress;
import dev.holdfast.client.SaleSteps;
import dev.holdfast.client.errors.LeaseLostException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.SaleUnsettledException;
import dev.holdfast.client.errors.SubmissionUnknownException;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * Sells as many slots of a request as the chain and the offers allow, one after the other.
 *
 * <p>The fields of a sale depend only on the block of its event and on the sales before it. So a
 * node that was killed, and reads the event again, repeats the same sales under the same operation
 * ids, and continues with the reservations that it has.
 */
final class RequestSale implements Callable<Void>, SaleSteps<IOException> {
  private final HoldfastClient holdfast;
  private final Chain chain;
  private final Duration lease;
  private final Chain.Event event;
  private final Runnable reconcileIsDue;
  private long preparedSlotIndex;
  private String proof = "";

  RequestSale(
      HoldfastClient holdfast,
      Chain chain,
      Duration lease,
      Chain.Event event,
      Runnable reconcileIsDue) {
    this.holdfast = holdfast;
    this.chain = chain;
    this.lease = lease;
    this.event = event;
    this.reconcileIsDue = reconcileIsDue;
  }

  @Override
  public Void call() throws IOException, InterruptedException {
    Chain.Request request = chain.request(event.requestId(), event.block());
    Set<Long> leftOut = new HashSet<>(request.hosts().keySet());
    for (int n = 1; chain.request(event.requestId()).hasFreeSlots(); n++) {
      SellSlot sale =
          SellSlot.of(request.terms())
              .withExcludedSlotIndexes(leftOut)
              .withLease(lease)
              .withOperationId(event.block() + "-" + n);
      Optional<Long> slotIndex = sell(sale);
      if (slotIndex.isEmpty()) {
        break;
      }
      leftOut.add(slotIndex.get());
    }
    return null;
  }

  /** Returns the slot that was sold, even if it was not filled; empty if the sale was declined. */
  private Optional<Long> sell(SellSlot sale) throws IOException, InterruptedException {
    String what = StorageNode.brief(event.requestId()) + " " + sale.operationId();
    try {
      SaleResult result = holdfast.saleOf(sale).run(this);
      if (result instanceof SaleResult.Declined declined) {
        StorageNode.log("declined %s: %s", what, reasons(declined));
        return Optional.empty();
      }
      return Optional.of(((SaleResult.Sold) result).reservation().slot().slotIndex());
    } catch (ReservationReleasedException e) {
      // An earlier process gave the slot up.
      return Optional.of(Long.parseUnsignedLong(e.metadata().get("slot_index")));
    } catch (LeaseLostException e) {
      StorageNode.log("gave up %s: %s", what, e.getMessage());
      return Optional.of(e.reservation().slot().slotIndex());
    } catch (SaleUnsettledException e) {
      // The chain has the slot and the ledger does not, or the outcome is unknown.
      StorageNode.log("cannot settle %s: %s", what, e.getMessage());
      reconcileIsDue.run();
      return Optional.of(e.reservation().slot().slotIndex());
    } catch (RefusedException e) {
      StorageNode.log("gave up %s: %s", what, e.getMessage());
      return Optional.of(preparedSlotIndex);
    }
  }

  private static String reasons(SaleResult.Declined declined) {
    return declined.declines().stream()
        .map(decline -> (decline.offerId() + " " + decline.detail()).strip())
        .collect(Collectors.joining("; "));
  }

  @Override
  public void prepare(SaleInProgress sale) throws IOException, InterruptedException {
    Slot slot = sale.reservation().slot();
    preparedSlotIndex = slot.slotIndex();
    StorageNode.log(
        "sold %s as generation %d", StorageNode.brief(slot), sale.reservation().generation());
    String holder = chain.request(slot.requestId()).hosts().get(slot.slotIndex());
    if (holder != null && !holder.equals(chain.host())) {
      throw new RefusedException("the slot is no longer free");
    }
    String content = chain.content(slot);
    proof = sha256(content + " " + chain.host());
  }

  @Override
  public void submit(SaleInProgress sale) throws IOException {
    try {
      chain.submit(sale.reservation().slot(), proof);
      StorageNode.log("filled %s", StorageNode.brief(sale.reservation().slot()));
    } catch (RefusedException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SubmissionUnknownException("interrupted before the chain answered", e);
    } catch (IOException e) {
      throw new SubmissionUnknownException("the chain did not answer", e);
    }
  }

  /** Stands for the proof of storage of a real chain. */
  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
