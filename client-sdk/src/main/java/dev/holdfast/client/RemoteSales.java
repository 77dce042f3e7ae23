package dev.holdfast.client;

import dev.holdfast.client.internal.calls.Pages;
import dev.holdfast.client.internal.calls.SaleCalls;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.requests.ListOffers;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends the calls of {@link Sales} to a server. */
final class RemoteSales implements Sales {
  private final Transport transport;

  RemoteSales(Transport transport) {
    this.transport = transport;
  }

  @Override
  public Sales withDeadline(Duration deadline) {
    return new RemoteSales(transport.withDeadline(deadline));
  }

  @Override
  public Offer putOffer(String repositoryId, Offer offer) {
    return transport.send(SaleCalls.putOffer(repositoryId, offer));
  }

  @Override
  public CompletableFuture<Offer> putOfferAsync(String repositoryId, Offer offer) {
    return transport.sendAsync(SaleCalls.putOffer(repositoryId, offer));
  }

  @Override
  public Offer getOffer(String repositoryId, String offerId) {
    return transport.send(SaleCalls.getOffer(repositoryId, offerId));
  }

  @Override
  public CompletableFuture<Offer> getOfferAsync(String repositoryId, String offerId) {
    return transport.sendAsync(SaleCalls.getOffer(repositoryId, offerId));
  }

  @Override
  public void deleteOffer(String repositoryId, String offerId) {
    transport.send(SaleCalls.deleteOffer(repositoryId, offerId));
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteOfferAsync(String repositoryId, String offerId) {
    return transport.sendAsync(SaleCalls.deleteOffer(repositoryId, offerId));
  }

  @Override
  public Page<Offer> listOffers(ListOffers query) {
    return transport.send(SaleCalls.listOffers(query));
  }

  @Override
  public CompletableFuture<Page<Offer>> listOffersAsync(ListOffers query) {
    return transport.sendAsync(SaleCalls.listOffers(query));
  }

  @Override
  public Stream<Offer> listAllOffers(ListOffers query) {
    return Pages.stream(query.pageToken(), pageToken -> listOffers(query.withPageToken(pageToken)));
  }

  @Override
  public SaleResult sellSlot(SellSlot change) {
    return transport.send(SaleCalls.sellSlot(change));
  }

  @Override
  public CompletableFuture<SaleResult> sellSlotAsync(SellSlot change) {
    return transport.sendAsync(SaleCalls.sellSlot(change));
  }

  @Override
  public SaleResult validateSellSlot(SellSlot change) {
    return transport.send(SaleCalls.validateSellSlot(change));
  }

  @Override
  public CompletableFuture<SaleResult> validateSellSlotAsync(SellSlot change) {
    return transport.sendAsync(SaleCalls.validateSellSlot(change));
  }
}
