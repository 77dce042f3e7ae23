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

/** What a batch needs to see of one repository: asked for as a set, before anything is decided. */
public final class ReadSet {
  /** What one transaction loads and changes has to fit into the memory: a kilobyte a slot or so. */
  public static final int LARGEST_LOAD = 200_000;

  private final String repositoryId;
  private final Map<Slot, PastKeys> slots = new HashMap<>();
  private final Map<String, Integer> requests = new LinkedHashMap<>();
  private final Map<String, List<long[]>> drawn = new HashMap<>();
  private final Set<String> offerIds = new HashSet<>();
  private boolean allOffers;
  private final Set<OperationKey> operations = new HashSet<>();
  private final Set<String> keys = new HashSet<>();
  private boolean keyCountAsked;

  /** Nothing yet but the repository itself. */
  public ReadSet(String repositoryId) {
    this.repositoryId = repositoryId;
  }

  /** By what the past of a slot was asked for: mostly one of each. */
  public static final class PastKeys {
    private static final PastKeys NONE = new PastKeys(0, "");

    private final long generation;
    private final String operationId;

    /** The others. */
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

    boolean contains(long asked) {
      return asked == generation || (generations != null && generations.contains(asked));
    }

    boolean contains(String asked) {
      return asked.equals(operationId) || (operationIds != null && operationIds.contains(asked));
    }

    /** Goes through the generations. */
    public void forEachGeneration(LongConsumer consumer) {
      if (generation != 0) {
        consumer.accept(generation);
      }
      if (generations != null) {
        generations.forEach(consumer::accept);
      }
    }

    /** Goes through the operation ids. */
    public void forEachOperationId(Consumer<String> consumer) {
      if (!operationId.isEmpty()) {
        consumer.accept(operationId);
      }
      if (operationIds != null) {
        operationIds.forEach(consumer);
      }
    }
  }

  /** Asks for the slot's reservation and its latest release. */
  public void slot(Slot slot) {
    slots.putIfAbsent(slot, PastKeys.NONE);
  }

  /**
   * Asks for these and for what else a command that names the slot may be about.
   *
   * @param generation a release of this generation; 0 for none
   * @param operationId a change that was made under this id; empty for none
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
   * Asks for the reservations that the request has. All requests that are asked for share {@link
   * #LARGEST_LOAD}, those asked for first before the others.
   *
   * @param limit how many of them at the most
   */
  public void request(String requestId, int limit) {
    requests.merge(requestId, limit, Math::max);
  }

  /** Asks which of these slots of the request have reservations. */
  public void drawn(String requestId, long[] slotIndexes) {
    drawn.computeIfAbsent(requestId, id -> new ArrayList<>(1)).add(slotIndexes);
  }

  /** Asks for an offer, and how much is sold under it, also where it was deleted. */
  public void offer(String offerId) {
    offerIds.add(offerId);
  }

  /** Asks for all offers, likewise. */
  public void offers() {
    allOffers = true;
  }

  /** Asks for a remembered operation; an empty id asks for nothing. */
  public void operation(OperationKey key) {
    if (!key.operationId().isEmpty()) {
      operations.add(key);
    }
  }

  /** Asks for the version of a key of the datastore. */
  public void key(String key) {
    keys.add(key);
  }

  /** Asks for the number of keys in the datastore. */
  public void keyCount() {
    keyCountAsked = true;
  }

  public String repositoryId() {
    return repositoryId;
  }

  public Set<Slot> slots() {
    return slots.keySet();
  }

  /** By what the past of the slots was asked for. */
  public Map<Slot, PastKeys> pastKeys() {
    return slots;
  }

  public Set<String> requestIds() {
    return requests.keySet();
  }

  /** The requests in the order asked for, with how many of their reservations at the most. */
  public Map<String, Integer> requests() {
    return requests;
  }

  /** The slots of which it is asked whether they have reservations, by request, as asked for. */
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

  public boolean keyCountAsked() {
    return keyCountAsked;
  }
}
