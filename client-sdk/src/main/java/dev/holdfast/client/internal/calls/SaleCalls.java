package dev.holdfast.client.internal.calls;

import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.OfferMapper;
import dev.holdfast.client.model.Offer;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.requests.ListOffers;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.v1.DeleteOfferRequest;
import dev.holdfast.v1.GetOfferRequest;
import dev.holdfast.v1.ListOffersRequest;
import dev.holdfast.v1.PutOfferRequest;
import dev.holdfast.v1.SalesServiceGrpc;
import org.jspecify.annotations.Nullable;

/** The calls of {@link dev.holdfast.client.Sales}, ready to be sent. */
public final class SaleCalls {
  private SaleCalls() {}

  public static Call<?, ?, Offer> putOffer(String repositoryId, Offer offer) {
    return Call.changeWithoutId(
        SalesServiceGrpc.getPutOfferMethod(),
        PutOfferRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setOffer(OfferMapper.offer(offer))
            .build(),
        Call.REPEAT,
        response -> OfferMapper.offer(response.getOffer()));
  }

  public static Call<?, ?, Offer> getOffer(String repositoryId, String offerId) {
    return Call.read(
        SalesServiceGrpc.getGetOfferMethod(),
        GetOfferRequest.newBuilder().setRepositoryId(repositoryId).setOfferId(offerId).build(),
        response -> OfferMapper.offer(response.getOffer()));
  }

  public static Call<?, ?, @Nullable Void> deleteOffer(String repositoryId, String offerId) {
    return Call.changeWithoutId(
        SalesServiceGrpc.getDeleteOfferMethod(),
        DeleteOfferRequest.newBuilder().setRepositoryId(repositoryId).setOfferId(offerId).build(),
        "Look whether the offer still exists.",
        response -> null);
  }

  public static Call<?, ?, Page<Offer>> listOffers(ListOffers query) {
    return Call.read(
        SalesServiceGrpc.getListOffersMethod(),
        ListOffersRequest.newBuilder()
            .setRepositoryId(query.repositoryId())
            .setPageSize(query.pageSize())
            .setPageToken(query.pageToken())
            .build(),
        response ->
            new Page<>(
                response.getOffersList().stream().map(OfferMapper::offer).toList(),
                response.getNextPageToken()));
  }

  public static Call<?, ?, SaleResult> sellSlot(SellSlot change) {
    return Call.change(
        SalesServiceGrpc.getSellSlotMethod(),
        OfferMapper.request(change).setOperationId(change.operationId()).build(),
        change.operationId(),
        OfferMapper::saleResult);
  }

  /** Returns the call without its operation id, which the later sale may use. */
  public static Call<?, ?, SaleResult> validateSellSlot(SellSlot change) {
    return Call.read(
        SalesServiceGrpc.getSellSlotMethod(),
        OfferMapper.request(change).setValidateOnly(true).build(),
        OfferMapper::saleResult);
  }
}
