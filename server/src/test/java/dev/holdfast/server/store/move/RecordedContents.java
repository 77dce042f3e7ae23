package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Contents in memory. */
final class RecordedContents implements LedgerContents, ContentsVisitor {
  private final List<Consumer<ContentsVisitor>> rows = new ArrayList<>();
  private int firstReservation = -1;

  /** Returns the same contents without a row. */
  RecordedContents without(int row) {
    RecordedContents others = new RecordedContents();
    others.rows.addAll(rows);
    others.rows.remove(row);
    return others;
  }

  int rowCount() {
    return rows.size();
  }

  /** Returns the number of the first reservation. */
  int firstReservation() {
    return firstReservation;
  }

  /** Returns contents whose visit fails after a number of rows. */
  RecordedContents failingAfter(int rowCount) {
    RecordedContents failing = new RecordedContents();
    failing.rows.addAll(rows.subList(0, rowCount));
    failing.rows.add(
        visitor -> {
          throw new CutOff();
        });
    return failing;
  }

  /** Ends a visit early. */
  static final class CutOff extends IllegalStateException {
    private static final long serialVersionUID = 1;
  }

  @Override
  public void check() {}

  @Override
  public void visit(ContentsVisitor visitor, MoveProgress progress) {
    rows.forEach(row -> row.accept(visitor));
  }

  @Override
  public void markMoved(String location) {
    throw StoreException.refused("no mark here");
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public void close() {}

  @Override
  public void ledger(long firstRevision, long servedMicros) {
    rows.add(visitor -> visitor.ledger(firstRevision, servedMicros));
  }

  @Override
  public void repository(StoredRepository repository) {
    rows.add(visitor -> visitor.repository(repository));
  }

  @Override
  public void offer(
      String repositoryId, String offerId, Offer.@Nullable Terms terms, long soldBytes) {
    rows.add(visitor -> visitor.offer(repositoryId, offerId, terms, soldBytes));
  }

  @Override
  public void reservation(String repositoryId, Reservation reservation) {
    firstReservation = firstReservation < 0 ? rows.size() : firstReservation;
    rows.add(visitor -> visitor.reservation(repositoryId, reservation));
  }

  @Override
  public void operation(String repositoryId, RememberedOperation operation) {
    rows.add(visitor -> visitor.operation(repositoryId, operation));
  }

  @Override
  public void entry(String repositoryId, Entry entry) {
    rows.add(visitor -> visitor.entry(repositoryId, entry));
  }

  @Override
  public void events(String repositoryId, List<Event> events) {
    rows.add(visitor -> visitor.events(repositoryId, events));
  }

  @Override
  public void served(long servedMicros) {
    // A lost note shortens no history that anybody may still need.
  }
}
