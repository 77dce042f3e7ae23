package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.RequestReservations;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.Map;

/**
 * Releases the slots of a request, as many as fit into one transaction. While more are left, a
 * retry with the same operation id continues.
 */
public record EndRequest(String repositoryId, String requestId, String operationId)
    implements Step {
  @Override
  public void declareReads(ReadSet reads) {
    reads.request(requestId, ReadSet.MAX_LOADED_SLOTS);
    reads.operation(key());
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
    if (earlier != null && earlier.kind() != Kind.END_REQUEST_BEGUN) {
      return Decision.of(replay(repository, earlier));
    }
    RequestReservations loaded = books.reservationsOf(requestId);
    Releases releases = new Releases(repository, nowMicros);
    loaded
        .reservations()
        .forEach(reservation -> releases.add(reservation, ReleaseReason.REQUEST_ENDED));
    long count = releases.count() + (earlier == null ? 0 : earlier.count());
    long bytes = releases.bytes() + (earlier == null ? 0 : earlier.bytes());
    // A retry that releases nothing has no new result to remember.
    if (!operationId.isEmpty() && (releases.count() > 0 || (earlier != null && !loaded.more()))) {
      Kind kind = loaded.more() ? Kind.END_REQUEST_BEGUN : Kind.END_REQUEST;
      long revision = releases.repository().revision();
      releases
          .changes()
          .add(
              new Change.OperationRemembered(
                  new RememberedOperation(key(), kind, count, bytes, revision)));
    }
    return new Decision(
        new Outcome.SlotsReleaseDone(
            count, bytes, releases.repository().availableBytes(), loaded.more()),
        releases.changes());
  }

  private Outcome replay(Repository repository, RememberedOperation earlier) {
    if (earlier.kind() != Kind.END_REQUEST) {
      return Rejections.operationIdReused(
          repositoryId, operationId, "rpc", earlier.kind().toString());
    }
    return new Outcome.SlotsReleaseDone(
        earlier.count(), earlier.bytes(), repository.availableBytes(), false);
  }

  @Override
  public Map<String, Integer> requests() {
    return Map.of(requestId, ReadSet.MAX_LOADED_SLOTS);
  }
}
