package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives the contents of a ledger, and gathers the rows of a repository to parts, so that a store
 * writes many at a time. Nothing is left of them if it is closed without a commit.
 */
public abstract class LedgerTarget implements ContentsVisitor, AutoCloseable {
  private static final long ROWS_PER_PART = 1024;

  private @Nullable RepositoryPart part;

  /** Returns where the ledger is, for a person; without secrets. */
  public abstract String location();

  /** Writes a part of a repository. */
  protected abstract void write(RepositoryPart complete);

  /**
   * Returns what was received, as it will be read back from the store. Called once, after
   * everything was received.
   */
  public abstract LedgerContents written();

  /**
   * Makes the ledger durable, complete, and ready for a server.
   *
   * @throws MoveException if the store is not what it should be
   */
  public abstract void commit();

  @Override
  public abstract void close();

  /** Writes what was gathered so far. */
  protected final void writeGathered() {
    RepositoryPart gathered = part;
    part = null;
    if (gathered != null) {
      write(gathered);
    }
  }

  /** Returns the part to which rows of a repository are added. */
  private RepositoryPart part(String repositoryId) {
    RepositoryPart gathered = part;
    if (gathered == null
        || gathered.rowCount() >= ROWS_PER_PART
        || !gathered.repositoryId().equals(repositoryId)) {
      writeGathered();
      gathered = new RepositoryPart(repositoryId);
      part = gathered;
    }
    return gathered;
  }

  @Override
  public final void offer(
      String repositoryId, String offerId, Offer.@Nullable Terms terms, long soldBytes) {
    part(repositoryId).add(offerId, terms, soldBytes);
  }

  @Override
  public final void reservation(String repositoryId, Reservation reservation) {
    part(repositoryId).add(reservation);
  }

  @Override
  public final void operation(String repositoryId, RememberedOperation operation) {
    part(repositoryId).add(operation);
  }

  @Override
  public final void entry(String repositoryId, Entry entry) {
    part(repositoryId).add(entry);
  }

  @Override
  public final void events(String repositoryId, List<Event> events) {
    // A part has events of one time, as a batch has.
    writeGathered();
    part(repositoryId).add(events);
  }
}
