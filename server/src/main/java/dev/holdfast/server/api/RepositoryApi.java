package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.CallerContext;
import dev.holdfast.server.api.convert.PageTokens;
import dev.holdfast.server.api.convert.ProtoConverters;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.rules.Outcome.RepositoryDone;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.ReleaseUnassigned;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.CreateRepositoryResponse;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.DeleteRepositoryResponse;
import dev.holdfast.v1.GetRepositoryRequest;
import dev.holdfast.v1.GetRepositoryResponse;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ListRepositoriesResponse;
import dev.holdfast.v1.ReleaseRequest;
import dev.holdfast.v1.ReleaseResponse;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceImplBase;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.ReserveResponse;
import dev.holdfast.v1.UpdateRepositoryRequest;
import dev.holdfast.v1.UpdateRepositoryResponse;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.VerifyResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Implements RepositoryService of the contract. */
final class RepositoryApi extends RepositoryServiceImplBase {
  private static final String LIST = PageTokens.queryKey("ListRepositories");

  private final CallDispatcher calls;

  RepositoryApi(CallDispatcher calls) {
    this.calls = calls;
  }

  @Override
  public void createRepository(
      CreateRepositoryRequest request, StreamObserver<CreateRepositoryResponse> observer) {
    calls.change(
        observer,
        validator ->
            new CreateRepository(
                validator.explicitRepositoryId(request.getRepositoryId()),
                validator.amountBytes("capacity_bytes", request.getCapacityBytes())),
        (command, done) ->
            CreateRepositoryResponse.newBuilder()
                .setRepository(ProtoConverters.repository(((RepositoryDone) done).repository()))
                .build());
  }

  @Override
  public void getRepository(
      GetRepositoryRequest request, StreamObserver<GetRepositoryResponse> observer) {
    calls.read(
        observer,
        validator -> validator.repositoryId(request.getRepositoryId()),
        (reads, id) ->
            GetRepositoryResponse.newBuilder()
                .setRepository(ProtoConverters.repository(existing(reads, id)))
                .build());
  }

  private record Page(int size, @Nullable String after, Predicate<String> reach) {}

  @Override
  public void listRepositories(
      ListRepositoriesRequest request, StreamObserver<ListRepositoriesResponse> observer) {
    calls.readLarge(
        observer,
        validator ->
            new Page(
                validator.pageSize(request.getPageSize()),
                PageTokens.decode(validator, LIST, request.getPageToken(), id -> id),
                CallerContext.reach()),
        (reads, page) -> {
          // Reads one more than the page holds, to learn whether another page follows.
          List<Repository> found = reachable(reads, page, page.size() + 1);
          ListRepositoriesResponse.Builder response = ListRepositoriesResponse.newBuilder();
          found.stream()
              .limit(page.size())
              .forEach(
                  repository -> response.addRepositories(ProtoConverters.repository(repository)));
          if (found.size() > page.size()) {
            response.setNextPageToken(PageTokens.encode(LIST, found.get(page.size() - 1).id()));
          }
          return response.build();
        });
  }

  /**
   * Reads the next repositories that the caller reaches. It passes over all others, because a page
   * token that ended at one of them would contain its id.
   */
  private static List<Repository> reachable(LedgerReads reads, Page page, int limit) {
    List<Repository> reachable = new ArrayList<>();
    String after = Objects.requireNonNullElse(page.after(), "");
    List<Repository> read;
    do {
      read = reads.repositories(after, limit);
      for (Repository repository : read) {
        after = repository.id();
        if (reachable.size() < limit && page.reach().test(after)) {
          reachable.add(repository);
        }
      }
    } while (reachable.size() < limit && read.size() == limit);
    return reachable;
  }

  @Override
  public void updateRepository(
      UpdateRepositoryRequest request, StreamObserver<UpdateRepositoryResponse> observer) {
    calls.change(
        observer,
        validator -> {
          if (!request.hasCapacityBytes()) {
            validator.reject("capacity_bytes", "is required");
          } else if (request.getCapacityBytes() < 0) {
            validator.reject("capacity_bytes", "must be 0 to 2^63-1");
          }
          return new UpdateRepository(
              validator.explicitRepositoryId(request.getRepositoryId()),
              request.getCapacityBytes());
        },
        (command, done) ->
            UpdateRepositoryResponse.newBuilder()
                .setRepository(ProtoConverters.repository(((RepositoryDone) done).repository()))
                .build());
  }

  @Override
  public void deleteRepository(
      DeleteRepositoryRequest request, StreamObserver<DeleteRepositoryResponse> observer) {
    calls.change(
        observer,
        validator ->
            new DeleteRepository(validator.explicitRepositoryId(request.getRepositoryId())),
        (command, done) -> DeleteRepositoryResponse.getDefaultInstance());
  }

  @Override
  public void available(AvailableRequest request, StreamObserver<AvailableResponse> observer) {
    calls.read(
        observer,
        validator -> validator.repositoryId(request.getRepositoryId()),
        (reads, id) -> ProtoConverters.available(existing(reads, id)));
  }

  @Override
  public void reserve(ReserveRequest request, StreamObserver<ReserveResponse> observer) {
    calls.change(
        observer,
        validator ->
            new ReserveUnassigned(
                validator.repositoryId(request.getRepositoryId()),
                validator.amountBytes("amount_bytes", request.getAmountBytes()),
                validator.operationId(request.getOperationId())),
        (command, done) -> {
          Repository repository = ((RepositoryDone) done).repository();
          return ReserveResponse.newBuilder()
              .setAvailableBytes(repository.availableBytes())
              .setUnassignedBytes(repository.unassignedBytes())
              .setRevision(repository.revision())
              .build();
        });
  }

  @Override
  public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> observer) {
    calls.change(
        observer,
        validator ->
            new ReleaseUnassigned(
                validator.repositoryId(request.getRepositoryId()),
                validator.amountBytes("amount_bytes", request.getAmountBytes()),
                validator.operationId(request.getOperationId())),
        (command, done) -> {
          Repository repository = ((RepositoryDone) done).repository();
          return ReleaseResponse.newBuilder()
              .setAvailableBytes(repository.availableBytes())
              .setUnassignedBytes(repository.unassignedBytes())
              .setRevision(repository.revision())
              .build();
        });
  }

  @Override
  public void verify(VerifyRequest request, StreamObserver<VerifyResponse> observer) {
    calls.readLong(
        observer,
        validator -> validator.repositoryId(request.getRepositoryId()),
        (reads, id) -> {
          Recount recount = reads.recount(id);
          if (recount == null) {
            throw new RejectedException(Rejections.repositoryNotFound(id));
          }
          calls.listener().verified(id, recount.problems().size());
          return ProtoConverters.verified(recount);
        });
  }

  /** Returns the repository; throws REPOSITORY_NOT_FOUND if it does not exist. */
  static Repository existing(LedgerReads reads, String id) {
    Repository repository = reads.repository(id);
    if (repository == null) {
      throw new RejectedException(Rejections.repositoryNotFound(id));
    }
    return repository;
  }
}
