package dev.holdfast.server.api;

import com.google.protobuf.UnsafeByteOperations;
import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.convert.PageTokens;
import dev.holdfast.server.api.convert.ProtoConverters;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.rules.Outcome.PutDone;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.KeyRejections;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.v1.DatastoreServiceDeleteRequest;
import dev.holdfast.v1.DatastoreServiceDeleteResponse;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGetResponse;
import dev.holdfast.v1.DatastoreServiceGrpc.DatastoreServiceImplBase;
import dev.holdfast.v1.DatastoreServiceListKeysRequest;
import dev.holdfast.v1.DatastoreServiceListKeysResponse;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DatastoreServicePutResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Implements DatastoreService of the contract. */
final class DatastoreApi extends DatastoreServiceImplBase {
  private final CallDispatcher calls;

  DatastoreApi(CallDispatcher calls) {
    this.calls = calls;
  }

  @Override
  public void put(
      DatastoreServicePutRequest request, StreamObserver<DatastoreServicePutResponse> observer) {
    calls.change(
        observer,
        validator ->
            new PutValue(
                validator.repositoryId(request.getRepositoryId()),
                validator.key(request.getKeyBytes()),
                validator.value(request.getValue()),
                validator.expectedVersion(
                    request.hasExpectedVersion(), request.getExpectedVersion())),
        (command, done) ->
            DatastoreServicePutResponse.newBuilder()
                .setVersion(((PutDone) done).version())
                .build());
  }

  private record KeyQuery(String repositoryId, String key) {}

  @Override
  public void get(
      DatastoreServiceGetRequest request, StreamObserver<DatastoreServiceGetResponse> observer) {
    calls.readLarge(
        observer,
        validator ->
            new KeyQuery(
                validator.repositoryId(request.getRepositoryId()),
                validator.key(request.getKeyBytes())),
        (reads, query) -> {
          String repositoryId = RepositoryApi.existing(reads, query.repositoryId()).id();
          Entry found = reads.entry(repositoryId, query.key());
          if (found == null) {
            throw new RejectedException(KeyRejections.keyNotFound(repositoryId, query.key()));
          }
          return DatastoreServiceGetResponse.newBuilder()
              .setValue(UnsafeByteOperations.unsafeWrap(found.value().bytes()))
              .setVersion(found.version())
              .setUpdateTime(ProtoConverters.time(found.micros()))
              .build();
        });
  }

  @Override
  public void delete(
      DatastoreServiceDeleteRequest request,
      StreamObserver<DatastoreServiceDeleteResponse> observer) {
    calls.change(
        observer,
        validator ->
            new DeleteKey(
                validator.repositoryId(request.getRepositoryId()),
                validator.key(request.getKeyBytes()),
                validator.expectedVersion(
                    request.hasExpectedVersion(), request.getExpectedVersion())),
        (command, done) -> DatastoreServiceDeleteResponse.getDefaultInstance());
  }

  private record Page(String repositoryId, String prefix, int size, @Nullable String afterKey) {}

  /** Returns a page of keys; the largest page has half a megabyte. */
  @Override
  public void listKeys(
      DatastoreServiceListKeysRequest request,
      StreamObserver<DatastoreServiceListKeysResponse> observer) {
    calls.readLarge(
        observer,
        validator -> {
          String repositoryId = validator.repositoryId(request.getRepositoryId());
          String prefix = validator.prefix(request.getPrefixBytes());
          return new Page(
              repositoryId,
              prefix,
              validator.pageSize(request.getPageSize()),
              PageTokens.decode(
                  validator, queryKey(repositoryId, prefix), request.getPageToken(), key -> key));
        },
        (reads, page) -> {
          String repositoryId = RepositoryApi.existing(reads, page.repositoryId()).id();
          // Reads one more than the page holds, to learn whether another page follows.
          List<String> found =
              reads.keys(
                  repositoryId,
                  page.prefix(),
                  Objects.requireNonNullElse(page.afterKey(), ""),
                  page.size() + 1);
          var response = DatastoreServiceListKeysResponse.newBuilder();
          found.stream().limit(page.size()).forEach(response::addKeys);
          if (found.size() > page.size()) {
            response.setNextPageToken(
                PageTokens.encode(
                    queryKey(repositoryId, page.prefix()), found.get(page.size() - 1)));
          }
          return response.build();
        });
  }

  private static String queryKey(String repositoryId, String prefix) {
    return PageTokens.queryKey("ListKeys", repositoryId, prefix);
  }
}
