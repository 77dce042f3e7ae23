package dev.holdfast.client.internal.wire;

import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The retry policy: gRPC's own retries, as the service config of the client's channels. */
public final class RetryPolicy {
  /**
   * The idempotent methods: reads, changes with an operation id, and changes that set a value.
   * CreateRepository, DeleteRepository and DeleteOffer are not among them: a second attempt would
   * fail because of the first. Nor are the datastore's Put and Delete, whose second attempt could
   * also undo a put of another client in between.
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
   * they bridge a server's restart within the default deadline. A pause that the server requests
   * replaces these.
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
