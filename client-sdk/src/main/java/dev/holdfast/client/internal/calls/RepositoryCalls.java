package dev.holdfast.client.internal.calls;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.model.Availability;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.model.UnassignedSpace;
import dev.holdfast.client.results.Verification;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.GetRepositoryRequest;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ReleaseRequest;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.UpdateRepositoryRequest;
import dev.holdfast.v1.VerifyRequest;
import org.jspecify.annotations.Nullable;

/** The calls of {@link dev.holdfast.client.Repositories}, ready to be sent. */
public final class RepositoryCalls {
  private RepositoryCalls() {}

  public static Call<?, ?, Repository> create(String repositoryId, long capacityBytes) {
    return Call.changeWithoutId(
        RepositoryServiceGrpc.getCreateRepositoryMethod(),
        CreateRepositoryRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setCapacityBytes(capacityBytes)
            .build(),
        "Look whether the repository exists.",
        response -> ProtoMapper.repository(response.getRepository()));
  }

  public static Call<?, ?, Repository> get(String repositoryId) {
    return Call.read(
        RepositoryServiceGrpc.getGetRepositoryMethod(),
        GetRepositoryRequest.newBuilder().setRepositoryId(repositoryId).build(),
        response -> ProtoMapper.repository(response.getRepository()));
  }

  public static Call<?, ?, Page<Repository>> list(int pageSize, String pageToken) {
    return Call.read(
        RepositoryServiceGrpc.getListRepositoriesMethod(),
        ListRepositoriesRequest.newBuilder().setPageSize(pageSize).setPageToken(pageToken).build(),
        response ->
            new Page<>(
                response.getRepositoriesList().stream().map(ProtoMapper::repository).toList(),
                response.getNextPageToken()));
  }

  public static Call<?, ?, Repository> update(String repositoryId, long capacityBytes) {
    return Call.changeWithoutId(
        RepositoryServiceGrpc.getUpdateRepositoryMethod(),
        UpdateRepositoryRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setCapacityBytes(capacityBytes)
            .build(),
        Call.REPEAT,
        response -> ProtoMapper.repository(response.getRepository()));
  }

  public static Call<?, ?, @Nullable Void> delete(String repositoryId) {
    return Call.changeWithoutId(
        RepositoryServiceGrpc.getDeleteRepositoryMethod(),
        DeleteRepositoryRequest.newBuilder().setRepositoryId(repositoryId).build(),
        "Look whether the repository still exists.",
        response -> null);
  }

  public static Call<?, ?, Availability> available(String repositoryId) {
    return Call.read(
        RepositoryServiceGrpc.getAvailableMethod(),
        AvailableRequest.newBuilder().setRepositoryId(repositoryId).build(),
        ProtoMapper::availability);
  }

  public static Call<?, ?, UnassignedSpace> reserve(
      String repositoryId, long amountBytes, String operationId) {
    return Call.change(
        RepositoryServiceGrpc.getReserveMethod(),
        ReserveRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setAmountBytes(amountBytes)
            .setOperationId(OperationIds.require(operationId))
            .build(),
        operationId,
        response ->
            new UnassignedSpace(
                response.getAvailableBytes(),
                response.getUnassignedBytes(),
                response.getRevision()));
  }

  public static Call<?, ?, UnassignedSpace> release(
      String repositoryId, long amountBytes, String operationId) {
    return Call.change(
        RepositoryServiceGrpc.getReleaseMethod(),
        ReleaseRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setAmountBytes(amountBytes)
            .setOperationId(OperationIds.require(operationId))
            .build(),
        operationId,
        response ->
            new UnassignedSpace(
                response.getAvailableBytes(),
                response.getUnassignedBytes(),
                response.getRevision()));
  }

  public static Call<?, ?, Verification> verify(String repositoryId) {
    return Call.read(
        RepositoryServiceGrpc.getVerifyMethod(),
        VerifyRequest.newBuilder().setRepositoryId(repositoryId).build(),
        ProtoMapper::verification);
  }
}
