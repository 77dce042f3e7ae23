package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.client.Datastore;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.Sales;
import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.KeyNotFoundException;
import dev.holdfast.client.errors.OfferNotFoundException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.errors.VersionMismatchException;
import dev.holdfast.client.model.ObservedSlot;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.model.StorageRequest;
import dev.holdfast.client.model.StoredValue;
import dev.holdfast.client.requests.ListOffers;
import dev.holdfast.client.requests.Reconcile;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.Decline;
import dev.holdfast.client.results.DeclineReason;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.testing.junit.LiveServer;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The SDK's words are the server's: each facet once from end to end. */
class SdkFacetsTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private HoldfastClient client;
  private String repository;

  @BeforeEach
  void connect() {
    client = HoldfastClient.builder(SERVER.server().target()).build();
    repository = SERVER.newRepository(1_000_000);
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  @Test
  void sales() {
    Sales sales = client.sales();
    BigInteger highest = BigInteger.TWO.pow(256).subtract(BigInteger.ONE);
    Offer offer =
        Offer.of("o", highest)
            .withTotalBytes(150)
            .withSlotBytes(50, 100)
            .withMaxDuration(Duration.ofHours(2))
            .withMaxCollateralPerByte(BigInteger.ONE);
    assertEquals(offer, sales.putOffer(repository, offer));
    assertEquals(offer, sales.getOffer(repository, "o"));
    var listed = sales.listAllOffers(ListOffers.all().withRepositoryId(repository)).toList();
    assertEquals(List.of(offer), listed);

    var request =
        new StorageRequest("r", 2, 100, Duration.ofHours(1), highest)
            .withCollateralPerByte(BigInteger.ONE);
    var sell =
        SellSlot.of(request).withRepositoryId(repository).withExcludedSlotIndexes(Set.of(0L));
    var would = assertInstanceOf(SaleResult.Sold.class, sales.validateSellSlot(sell));
    assertEquals(0, would.reservation().generation());
    var sold = assertInstanceOf(SaleResult.Sold.class, sales.sellSlot(sell));
    assertEquals(new Slot("r", 1), sold.reservation().slot());
    assertEquals("o", sold.offerId());
    assertEquals(sold, sales.sellSlot(sell));

    var another = SellSlot.of(request).withRepositoryId(repository);
    var declined = assertInstanceOf(SaleResult.Declined.class, sales.sellSlot(another));
    Decline decline = declined.declines().get(0);
    assertEquals("o", decline.offerId());
    assertEquals(DeclineReason.OFFER_SOLD_OUT, decline.reason());

    sales.deleteOffer(repository, "o");
    assertThrows(OfferNotFoundException.class, () -> sales.getOffer(repository, "o"));
  }

  @Test
  void datastore() {
    Datastore datastore = client.datastore().inRepository(repository);
    byte[] value = "17".getBytes(UTF_8);
    long version = datastore.put("cursor", value, 0);
    StoredValue stored = datastore.get("cursor");
    assertArrayEquals(value, stored.value());
    assertEquals(version, stored.version());
    var e = assertThrows(VersionMismatchException.class, () -> datastore.put("cursor", value, 0));
    assertEquals(version, e.currentVersion());
    assertEquals(List.of("cursor"), datastore.listAllKeys("cur").toList());
    datastore.delete("cursor", version);
    assertThrows(KeyNotFoundException.class, () -> datastore.delete("cursor"));
  }

  @Test
  void reconcile() {
    var reservations = client.reservations();
    Slot gone = new Slot("gone", 0);
    var reserved = reservations.reserveSlot(ReserveSlot.of(gone, 10).withRepositoryId(repository));
    var unused = reservations.fillSlot(reserved.reservation());
    long revision = client.repositories().available(repository).revision();
    Iterable<ObservedSlot> observed =
        () ->
            LongStream.range(0, 3_000)
                .mapToObj(i -> new ObservedSlot(new Slot("r", i), 5))
                .iterator();

    var change = Reconcile.asOf(revision).withRepositoryId(repository);
    var planned = reservations.reconcile(change.asDryRun(), observed);
    assertEquals(revision, client.repositories().available(repository).revision());
    var done = reservations.reconcile(change, observed);
    assertEquals(planned, done);
    assertEquals(List.of(gone), done.released().first());
    assertEquals(3_000, done.adopted().count());
    assertEquals(1_000, done.adopted().first().size());
    assertEquals(15_000, client.repositories().available(repository).reservedBytes());

    var empty =
        assertThrows(HoldfastException.class, () -> reservations.reconcile(change, List.of()));
    assertEquals(ErrorReason.EMPTY_OBSERVATION, empty.reason());
    var future = Reconcile.asOf(1_000_000).withRepositoryId(repository);
    assertThrows(RevisionInFutureException.class, () -> reservations.reconcile(future, observed));
  }
}
