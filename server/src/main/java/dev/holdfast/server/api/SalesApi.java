package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.convert.OfferConverter;
import dev.holdfast.server.api.convert.PageTokens;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.SaleRequests;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.rules.Outcome.OfferDone;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.v1.DeleteOfferRequest;
import dev.holdfast.v1.DeleteOfferResponse;
import dev.holdfast.v1.GetOfferRequest;
import dev.holdfast.v1.GetOfferResponse;
import dev.holdfast.v1.ListOffersRequest;
import dev.holdfast.v1.ListOffersResponse;
import dev.holdfast.v1.PutOfferRequest;
import dev.holdfast.v1.PutOfferResponse;
import dev.holdfast.v1.SalesServiceGrpc.SalesServiceImplBase;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Implements SalesService of the contract. */
final class SalesApi extends SalesServiceImplBase {
  private final CallDispatcher calls;
  private final SlotSales slotSales;

  SalesApi(CallDispatcher calls) {
    this.calls = calls;
    this.slotSales = new SlotSales(calls);
  }

  @Override
  public void putOffer(PutOfferRequest request, StreamObserver<PutOfferResponse> observer) {
    calls.change(
        observer,
        validator -> {
          if (!request.hasOffer()) {
            validator.reject("offer", "is required");
          }
          return new PutOffer(
              validator.repositoryId(request.getRepositoryId()),
              SaleRequests.offerId(validator, "offer.offer_id", request.getOffer().getOfferId()),
              SaleRequests.terms(validator, request.getOffer()));
        },
        (command, done) ->
            PutOfferResponse.newBuilder()
                .setOffer(OfferConverter.offer(((OfferDone) done).offer()))
                .build());
  }

  private record OfferQuery(String repositoryId, String offerId) {}

  @Override
  public void getOffer(GetOfferRequest request, StreamObserver<GetOfferResponse> observer) {
    calls.read(
        observer,
        validator ->
            new OfferQuery(
                validator.repositoryId(request.getRepositoryId()),
                SaleRequests.offerId(validator, "offer_id", request.getOfferId())),
        (reads, query) -> {
          String repositoryId = RepositoryApi.existing(reads, query.repositoryId()).id();
          Offer found = reads.offer(repositoryId, query.offerId());
          if (found == null) {
            throw new RejectedException(Rejections.offerNotFound(repositoryId, query.offerId()));
          }
          return GetOfferResponse.newBuilder().setOffer(OfferConverter.offer(found)).build();
        });
  }

  @Override
  public void deleteOffer(
      DeleteOfferRequest request, StreamObserver<DeleteOfferResponse> observer) {
    calls.change(
        observer,
        validator ->
            new DeleteOffer(
                validator.repositoryId(request.getRepositoryId()),
                SaleRequests.offerId(validator, "offer_id", request.getOfferId())),
        (command, done) -> DeleteOfferResponse.getDefaultInstance());
  }

  private record Page(String repositoryId, int size, @Nullable String after) {}

  @Override
  public void listOffers(ListOffersRequest request, StreamObserver<ListOffersResponse> observer) {
    calls.readLarge(
        observer,
        validator -> {
          String repositoryId = validator.repositoryId(request.getRepositoryId());
          return new Page(
              repositoryId,
              validator.pageSize(request.getPageSize()),
              PageTokens.decode(
                  validator, queryKey(repositoryId), request.getPageToken(), id -> id));
        },
        (reads, page) -> {
          String repositoryId = RepositoryApi.existing(reads, page.repositoryId()).id();
          // Reads one more than the page holds, to learn whether another page follows.
          List<Offer> found =
              reads.offers(
                  repositoryId, Objects.requireNonNullElse(page.after(), ""), page.size() + 1);
          ListOffersResponse.Builder response = ListOffersResponse.newBuilder();
          found.stream()
              .limit(page.size())
              .forEach(offer -> response.addOffers(OfferConverter.offer(offer)));
          if (found.size() > page.size()) {
            String last = found.get(page.size() - 1).id();
            response.setNextPageToken(PageTokens.encode(queryKey(repositoryId), last));
          }
          return response.build();
        });
  }

  private static String queryKey(String repositoryId) {
    return PageTokens.queryKey("ListOffers", repositoryId);
  }

  @Override
  public void sellSlot(SellSlotRequest request, StreamObserver<SellSlotResponse> observer) {
    slotSales.sell(
        observer,
        validator ->
            SaleRequests.sellSlot(
                validator,
                validator.repositoryId(request.getRepositoryId()),
                request,
                ThreadLocalRandom.current().nextLong()));
  }
}
