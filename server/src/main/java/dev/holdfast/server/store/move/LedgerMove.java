package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.StoreException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Moves a ledger. */
public final class LedgerMove {
  private LedgerMove() {}

  /**
   * Copies everything, reads it back, and compares, before the target is committed. Then marks the
   * source, so that nobody serves it again by mistake.
   *
   * @return the digest of what was moved
   * @throws MoveException if the source is damaged, or the copy differs; nothing is left of the
   *     copy then. Or if the copy is complete, but the source could not be marked; the message
   *     tells
   */
  public static ContentsDigest run(
      LedgerContents source, LedgerTarget target, MoveProgress progress) {
    progress.at("checking " + source.location(), 0, 0);
    source.check();
    ContentsDigest moved = new ContentsDigest();
    source.visit(new Both(moved, target), progress);
    ContentsDigest written = new ContentsDigest();
    try (LedgerContents copy = target.written()) {
      copy.visit(written, (part, done, total) -> progress.at("comparing: " + part, done, total));
    }
    String difference = moved.difference(written);
    if (difference != null) {
      throw new MoveException("the copy differs from " + source.location() + ": " + difference);
    }
    progress.at("completing " + target.location(), 0, 0);
    target.commit();
    mark(source, target.location());
    return moved;
  }

  private static void mark(LedgerContents source, String location) {
    try {
      source.markMoved(location);
    } catch (StoreException e) {
      throw new MoveException(
          "the ledger was moved to "
              + location
              + ", but "
              + source.location()
              + " could not be marked: never serve it again ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Passes everything to two visitors. */
  private record Both(ContentsVisitor first, ContentsVisitor second) implements ContentsVisitor {
    @Override
    public void ledger(long firstRevision, long servedMicros) {
      first.ledger(firstRevision, servedMicros);
      second.ledger(firstRevision, servedMicros);
    }

    @Override
    public void repository(StoredRepository repository) {
      first.repository(repository);
      second.repository(repository);
    }

    @Override
    public void offer(
        String repositoryId, String offerId, Offer.@Nullable Terms terms, long soldBytes) {
      first.offer(repositoryId, offerId, terms, soldBytes);
      second.offer(repositoryId, offerId, terms, soldBytes);
    }

    @Override
    public void reservation(String repositoryId, Reservation reservation) {
      first.reservation(repositoryId, reservation);
      second.reservation(repositoryId, reservation);
    }

    @Override
    public void operation(String repositoryId, RememberedOperation operation) {
      first.operation(repositoryId, operation);
      second.operation(repositoryId, operation);
    }

    @Override
    public void entry(String repositoryId, Entry entry) {
      first.entry(repositoryId, entry);
      second.entry(repositoryId, entry);
    }

    @Override
    public void events(String repositoryId, List<Event> events) {
      first.events(repositoryId, events);
      second.events(repositoryId, events);
    }

    @Override
    public void served(long servedMicros) {
      first.served(servedMicros);
      second.served(servedMicros);
    }
  }
}
