package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Touched;

/** Releases all slots of a request. */
public record EndRequest(String repositoryId, String requestId, String operationId)
    implements Step {
  @Override
  public void touch(Touched touched) {
    touched.request(requestId);
    touched.operation(key());
  }

  private OperationKey key() {
    return new OperationKey(requestId, operationId);
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(books, repositoryId, repository -> in(repository, books, nowMicros));
  }

  private Decision in(Repository repository, Books books, long nowMicros) {
    RememberedOperation earlier = books.operation(key());
    if (earlier != null) {
      return Decision.of(replay(repository, earlier));
    }
    Releases releases = new Releases(repository, nowMicros);
    books
        .reservationsOf(requestId)
        .forEach(reservation -> releases.add(reservation, ReleaseReason.REQUEST_ENDED));
    if (!operationId.isEmpty() && releases.count() > 0) {
      releases
          .changes()
          .add(
              new Change.OperationRemembered(
                  new RememberedOperation(
                      key(),
                      Kind.END_REQUEST,
                      releases.count(),
                      releases.bytes(),
                      releases.repository().revision())));
    }
    return releases.decision();
  }

  private Outcome replay(Repository repository, RememberedOperation earlier) {
    if (earlier.kind() != Kind.END_REQUEST) {
      return Rejections.operationIdReused(
          repositoryId, operationId, "rpc", earlier.kind().toString());
    }
    return new Outcome.SlotsReleaseDone(
        earlier.count(), earlier.bytes(), repository.availableBytes());
  }
}
