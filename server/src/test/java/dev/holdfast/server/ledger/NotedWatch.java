package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.StoreException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what it is told. */
public final class NotedWatch implements LedgerListener {
  private final List<String> notes = new CopyOnWriteArrayList<>();

  /** Returns the received notifications, in order. */
  public List<String> notes() {
    return notes;
  }

  @Override
  public void storeFailed(StoreException e) {
    notes.add("store failed");
  }

  @Override
  public void damaged(StoreException e) {
    notes.add("damaged: " + Objects.requireNonNull(e.damage()).subject());
  }

  @Override
  public void storeRecovered() {
    notes.add("store recovered");
  }

  @Override
  public void leasesExpired(long releasedCount, long releasedBytes) {
    notes.add("leases expired: " + releasedCount + ", " + releasedBytes + " bytes");
  }

  @Override
  public void clockSet(long fromMicros, long toMicros) {
    notes.add("clock set from " + fromMicros + " to " + toMicros);
  }

  @Override
  public void namedFuture(String repositoryId, long named, long revision) {
    notes.add(repositoryId + " is at " + revision + ", but " + named + " was named");
  }

  @Override
  public void failed(RuntimeException e) {
    notes.add("failed: " + e.getMessage());
  }
}
