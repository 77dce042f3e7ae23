package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What a batch reads of one repository: declared as a set, before anything is decided. */
public final class ReadSet {
  /**
   * Maximum number of slots that one transaction loads and changes: they must fit into memory, at
   * about a kilobyte per slot.
   */
  public static final int MAX_LOADED_SLOTS = 200_000;

  private final String repositoryId;
  private final Map<Slot, PastKeys> slots = new HashMap<>();
  private final Map<String, Integer> requests = new LinkedHashMap<>();
  private final Map<String, List<long[]>> drawn = new HashMap<>();
  private final Set<String> offerIds = new HashSet<>();
  private boolean allOffers;
  private final Set<OperationKey> operations = new HashSet<>();
  private final Set<String> keys = new HashSet<>();
  private boolean readsKeyCount;

  /** Makes a set of the repository itself only. */
  public ReadSet(String repositoryId) {
    this.repositoryId = repositoryId;
  }

  /** The keys by which the past of a slot is read: mostly one of each kind. */
  public static final class PastKeys {
    private static final PastKeys NONE = new PastKeys(0, "");

    private final long generation;
    private final String operationId;

    /** Further keys. */
    private @Nullable Set<Long> generations;

    private @Nullable Set<String> operationIds;

    private PastKeys(long generation, String operationId) {
      this.generation = generation;
      this.operationId = operationId;
    }

    private void add(long otherGeneration, String otherOperationId) {
      if (otherGeneration != 0 && otherGeneration != generation) {
        if (generations == null) {
          generations = new HashSet<>();
        }
        generations.add(otherGeneration);
      }
      if (!otherOperationId.isEmpty() && !otherOperationId.equals(operationId)) {
        if (operationIds == null) {
          operationIds = new HashSet<>();
        }
        operationIds.add(otherOperationId);
      }
    }

    boolean contains(long key) {
      return key == generation || (generations != null && generations.contains(key));
    }

    boolean contains(String key) {
      return key.equals(operationId) || (operationIds != null && operationIds.contains(key));
    }

    /** Visits the generations. */
    public void forEachGeneration(LongConsumer consumer) {
      if (generation != 0) {
        consumer.accept(generation);
      }
      if (generations != null) {
        generations.forEach(consumer::accept);
      }
    }

    /** Visits the operation ids. */
    public void forEachOperationId(Consumer<String> consumer) {
      if (!operationId.isEmpty()) {
        consumer.accept(operationId);
      }
      if (operationIds != null) {
        operationIds.forEach(consumer);
      }
    }
  }

  /** Adds a slot's reservation and its latest release. */
  public void slot(Slot slot) {
    slots.putIfAbsent(slot, PastKeys.NONE);
  }

  /**
   * Adds a slot's reservation, its latest release, and what else a command on the slot may need.
   *
   * @param generation adds the release of this generation; 0 for none
   * @param operationId adds the change with this operation id; empty for none
   */
  public void slot(Slot slot, long generation, String operationId) {
    PastKeys known = slots.get(slot);
    if (known == null || known == PastKeys.NONE) {
      slots.put(slot, new PastKeys(generation, operationId));
    } else {
      known.add(generation, operationId);
    }
  }

  /**
   * Adds the reservations of a request. All requests share {@link #MAX_LOADED_SLOTS}; earlier
   * requests take precedence.
   *
   * @param limit maximum number of reservations
   */
  public void request(String requestId, int limit) {
    requests.merge(requestId, limit, Math::max);
  }

  /** Adds the question which of these slots of a request are reserved. */
  public void drawn(String requestId, long[] slotIndexes) {
    drawn.computeIfAbsent(requestId, id -> new ArrayList<>(1)).add(slotIndexes);
  }

  /** Adds an offer and its sold bytes, even if it was deleted. */
  public void offer(String offerId) {
    offerIds.add(offerId);
  }

  /** Adds all offers and their sold bytes. */
  public void offers() {
    allOffers = true;
  }

  /** Adds a remembered operation; ignores an empty id. */
  public void operation(OperationKey key) {
    if (!key.operationId().isEmpty()) {
      operations.add(key);
    }
  }

  /** Adds the version of a key of the datastore. */
  public void key(String key) {
    keys.add(key);
  }

  /** Adds the number of keys in the datastore. */
  public void keyCount() {
    readsKeyCount = true;
  }

  public String repositoryId() {
    return repositoryId;
  }

  public Set<Slot> slots() {
    return slots.keySet();
  }

  /** Returns the keys by which the past of the slots is read. */
  public Map<Slot, PastKeys> pastKeys() {
    return slots;
  }

  public Set<String> requestIds() {
    return requests.keySet();
  }

  /** Returns the requests in the order added, with the maximum number of their reservations. */
  public Map<String, Integer> requests() {
    return requests;
  }

  /** Returns the drawn slots by request, as added. */
  public Map<String, List<long[]>> drawn() {
    return drawn;
  }

  public Set<String> offerIds() {
    return offerIds;
  }

  public boolean allOffers() {
    return allOffers;
  }

  public Set<OperationKey> operations() {
    return operations;
  }

  public Set<String> keys() {
    return keys;
  }

  public boolean readsKeyCount() {
    return readsKeyCount;
  }
}
