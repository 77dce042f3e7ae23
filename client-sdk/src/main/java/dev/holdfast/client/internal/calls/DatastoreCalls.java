package dev.holdfast.client.internal.calls;

import com.google.protobuf.ByteString;
import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.StoredValue;
import dev.holdfast.v1.DatastoreServiceDeleteRequest;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServiceListKeysRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DatastoreServicePutResponse;
import org.jspecify.annotations.Nullable;

/** The calls of {@link dev.holdfast.client.Datastore}, ready to be sent. */
public final class DatastoreCalls {
  private static final String LOOK = "Get tells what is kept now.";

  private DatastoreCalls() {}

  public static Call<?, ?, Long> put(
      String repositoryId, String key, byte[] value, @Nullable Long expectedVersion) {
    DatastoreServicePutRequest.Builder request =
        DatastoreServicePutRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setKey(key)
            .setValue(ByteString.copyFrom(value));
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    return Call.changeWithoutId(
        DatastoreServiceGrpc.getPutMethod(),
        request.build(),
        LOOK,
        DatastoreServicePutResponse::getVersion);
  }

  public static Call<?, ?, StoredValue> get(String repositoryId, String key) {
    return Call.read(
        DatastoreServiceGrpc.getGetMethod(),
        DatastoreServiceGetRequest.newBuilder().setRepositoryId(repositoryId).setKey(key).build(),
        response ->
            new StoredValue(
                response.getValue().toByteArray(),
                response.getVersion(),
                ProtoMapper.instant(response.getUpdateTime())));
  }

  public static Call<?, ?, @Nullable Void> delete(
      String repositoryId, String key, @Nullable Long expectedVersion) {
    DatastoreServiceDeleteRequest.Builder request =
        DatastoreServiceDeleteRequest.newBuilder().setRepositoryId(repositoryId).setKey(key);
    if (expectedVersion != null) {
      request.setExpectedVersion(expectedVersion);
    }
    return Call.changeWithoutId(
        DatastoreServiceGrpc.getDeleteMethod(), request.build(), LOOK, response -> null);
  }

  public static Call<?, ?, Page<String>> listKeys(
      String repositoryId, String prefix, int pageSize, String pageToken) {
    return Call.read(
        DatastoreServiceGrpc.getListKeysMethod(),
        DatastoreServiceListKeysRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setPrefix(prefix)
            .setPageSize(pageSize)
            .setPageToken(pageToken)
            .build(),
        response -> new Page<>(response.getKeysList(), response.getNextPageToken()));
  }
}
