package dev.holdfast.client.internal.wire;

import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** gRPC's own retries, as the service config of the channels that the client makes. */
public final class RetryPolicy {
  /**
   * The methods that are harmless to call twice: reads, changes with an operation id, and those
   * that set a value. CreateRepository, DeleteRepository and DeleteOffer are not among them: a
   * second attempt would be told that the thing exists, or does not, because of the first. Nor are
   * the datastore's Put and Delete, whose second attempt could also undo what somebody else put in
   * between.
   */
  public static final List<MethodDescriptor<?, ?>> METHODS =
      List.of(
          RepositoryServiceGrpc.getGetRepositoryMethod(),
          RepositoryServiceGrpc.getListRepositoriesMethod(),
          RepositoryServiceGrpc.getUpdateRepositoryMethod(),
          RepositoryServiceGrpc.getAvailableMethod(),
          RepositoryServiceGrpc.getReserveMethod(),
          RepositoryServiceGrpc.getReleaseMethod(),
          RepositoryServiceGrpc.getVerifyMethod(),
          ReservationsServiceGrpc.getReserveSlotMethod(),
          ReservationsServiceGrpc.getGetReservationMethod(),
          ReservationsServiceGrpc.getListReservationsMethod(),
          ReservationsServiceGrpc.getRenewLeaseMethod(),
          ReservationsServiceGrpc.getFillSlotMethod(),
          ReservationsServiceGrpc.getReleaseSlotMethod(),
          ReservationsServiceGrpc.getEndRequestMethod(),
          ReservationsServiceGrpc.getApplyMethod(),
          ReservationsServiceGrpc.getListEventsMethod(),
          SalesServiceGrpc.getPutOfferMethod(),
          SalesServiceGrpc.getGetOfferMethod(),
          SalesServiceGrpc.getListOffersMethod(),
          SalesServiceGrpc.getSellSlotMethod(),
          DatastoreServiceGrpc.getGetMethod(),
          DatastoreServiceGrpc.getListKeysMethod());

  private RetryPolicy() {}

  /**
   * Returns a policy with a backoff of 0.2, 0.5, 1.25 and 3 s, to which gRPC adds jitter: together
   * they bridge a server's restart within the default deadline. A server that names a pause of its
   * own is obeyed.
   */
  public static Map<String, Object> serviceConfig() {
    return Map.of(
        "methodConfig",
        List.of(
            Map.of(
                "name",
                METHODS.stream().map(RetryPolicy::name).toList(),
                "retryPolicy",
                Map.of(
                    "maxAttempts",
                    5.0,
                    "initialBackoff",
                    "0.2s",
                    "maxBackoff",
                    "3s",
                    "backoffMultiplier",
                    2.5,
                    "retryableStatusCodes",
                    List.of("UNAVAILABLE")))));
  }

  private static Map<String, String> name(MethodDescriptor<?, ?> method) {
    return Map.of(
        "service",
        Objects.requireNonNull(method.getServiceName()),
        "method",
        Objects.requireNonNull(method.getBareMethodName()));
  }
}
