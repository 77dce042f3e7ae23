package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The common rule of reserving and releasing unassigned bytes. */
final class Unassigned {
  private Unassigned() {}

  record Request(String repositoryId, Kind kind, long amountBytes, String operationId) {}

  static OperationKey key(String operationId) {
    return new OperationKey("", operationId);
  }

  static Decision decide(
      Books books,
      long nowMicros,
      Request request,
      Function<Repository, @Nullable Rejection> refusal) {
    return Rules.inRepository(
        books,
        request.repositoryId(),
        repository -> {
          OperationKey key = key(request.operationId());
          RememberedOperation earlier = books.operation(key);
          if (earlier != null) {
            return Decision.of(replay(repository, request, earlier));
          }
          Rejection rejection = refusal.apply(repository);
          if (rejection != null) {
            return Decision.of(rejection);
          }
          boolean reserves = request.kind() == Kind.RESERVE;
          Change change =
              new Change.UnassignedChanged(
                  repository.unassignedBytes()
                      + (reserves ? request.amountBytes() : -request.amountBytes()));
          Repository after = repository.after(change, nowMicros);
          Outcome outcome = new Outcome.RepositoryDone(after);
          if (request.operationId().isEmpty()) {
            return Decision.of(outcome, change);
          }
          RememberedOperation operation =
              new RememberedOperation(
                  key, request.kind(), 0, request.amountBytes(), after.revision());
          return new Decision(outcome, List.of(change, new Change.OperationRemembered(operation)));
        });
  }

  private static Outcome replay(
      Repository repository, Request request, RememberedOperation earlier) {
    if (earlier.kind() == request.kind() && earlier.bytes() == request.amountBytes()) {
      return new Outcome.RepositoryDone(repository);
    }
    return Rejections.operationIdReused(
        repository.id(),
        request.operationId(),
        earlier.kind() == request.kind() ? "amount_bytes" : "rpc",
        earlier.kind() + " of " + earlier.bytes() + " bytes");
  }
}
