package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.INCONSISTENT;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;

/**
 * One caller that works on slots of its own: reserves, renews, fills, releases, sends twice what it
 * should send once, and sends it again much later. What is not answered it keeps, and sends again
 * until it is.
 */
final class CheckedWorkload {
  private static final int REQUESTS_AT_ONCE = 4;
  private static final int SLOTS_A_REQUEST = 16;
  private static final int LARGEST_BATCH = 24;
  private static final int LARGEST_HISTORY = 1000;

  private static final Set<String> GONE =
      Set.of("RESERVATION_RELEASED", "RESERVATION_NOT_FOUND", "SLOT_FILLED");

  private sealed interface Change {}

  private record One(Operation operation) implements Change {}

  private record Many(ApplyRequest request) implements Change {}

  private record Unassigned(long bytes, String operationId) implements Change {}

  private final String repositoryId;
  private final ClientUnderTest client;
  private final Random random;
  private final Findings findings;
  private final ExecutorService threads;
  private final WorkloadOperations operations;
  private final WorkloadBooks books;
  private final Set<Change> unanswered = new LinkedHashSet<>();
  private final List<Change> history = new ArrayList<>();

  /**
   * Makes a workload.
   *
   * @param repositoryId the repository that it changes; its findings are of that one alone
   */
  CheckedWorkload(
      String repositoryId,
      String name,
      ClientUnderTest client,
      Random random,
      Findings findings,
      ExecutorService threads) {
    this.client = client;
    this.random = random;
    this.findings = findings;
    this.threads = threads;
    this.repositoryId = repositoryId;
    operations = new WorkloadOperations(repositoryId, name, random);
    books = new WorkloadBooks(findings);
  }

  WorkloadBooks books() {
    return books;
  }

  /** Works until it is told to stop, or something is not answered. */
  void work(BooleanSupplier stopped) {
    while (!stopped.getAsBoolean() && unanswered.isEmpty()) {
      try {
        step();
      } catch (ClientUnderTest.UnansweredException e) {
        // Kept in unanswered, which is to be settled before anything else is done.
        return;
      }
    }
  }

  /** Sends again what was not answered, until it is. */
  void settle() throws Exception {
    List<Answer> answers = new ArrayList<>();
    for (Change change : List.copyOf(unanswered)) {
      Poll.until("answered: " + change, () -> answered(change, answers));
    }
    recordInOrder(answers);
  }

  private boolean answered(Change change, List<Answer> answers) {
    try {
      if (change instanceof One one) {
        answers.add(new Answer(one, client.send(one.operation())));
      } else {
        send(change);
      }
      return true;
    } catch (ClientUnderTest.UnansweredException e) {
      return false;
    }
  }

  private void send(Change change) {
    unanswered.add(change);
    if (change instanceof One one) {
      record(one, client.send(one.operation()));
    } else if (change instanceof Many many) {
      try {
        List<OperationResult> results = client.apply(many.request());
        for (int i = 0; i < results.size(); i++) {
          books.record(many.request().getOperations(i), results.get(i));
        }
        answered(change, results.size());
      } catch (ClientUnderTest.RefusedException e) {
        refused(change, e);
      }
    } else if (change instanceof Unassigned unassigned) {
      try {
        long revision =
            client.unassigned(repositoryId, unassigned.bytes(), unassigned.operationId());
        books.recordUnassigned(unassigned.bytes(), unassigned.operationId(), revision);
        answered(change, 1);
      } catch (ClientUnderTest.RefusedException e) {
        boolean known = books.knows(unassigned.operationId());
        findings.require(!known, Findings.Kind.LOST, change + ": " + e.getMessage());
        refused(change, e);
      }
    }
  }

  private void record(One one, OperationResult result) {
    books.record(one.operation(), result);
    answered(one, 1);
  }

  private void answered(Change change, int changes) {
    unanswered.remove(change);
    findings.acknowledge(changes);
    if (history.size() < LARGEST_HISTORY) {
      history.add(change);
    } else {
      history.set(random.nextInt(LARGEST_HISTORY), change);
    }
  }

  private void refused(Change change, ClientUnderTest.RefusedException e) {
    unanswered.remove(change);
    String reason = StubClient.reason(e.result().getError());
    // A batch of long ago meets slots that have gone on since; then none of it is done.
    boolean right =
        reason.equals("INSUFFICIENT_STORAGE")
            || (history.contains(change) && GONE.contains(reason));
    findings.require(right, INCONSISTENT, change + ": " + e.getMessage());
  }

  private void step() {
    int dice = random.nextInt(100);
    if (dice < 25) {
      reserve(random.nextInt(4) == 0);
    } else if (dice < 33) {
      anyHeld(false, held -> send(new One(operations.renew(held.getKey(), held.getValue()))));
    } else if (dice < 48) {
      anyHeld(false, held -> fill(held.getKey(), held.getValue()));
    } else if (dice < 62) {
      anyHeld(true, held -> release(held.getKey(), held.getValue()));
    } else if (dice < 64) {
      anyHeld(false, held -> send(new One(operations.end(held.getKey().getRequestId()))));
    } else if (dice < 76) {
      send(new Many(batch()));
    } else if (dice < 86) {
      unassigned();
    } else if (!history.isEmpty()) {
      send(history.get(random.nextInt(history.size())));
    }
  }

  private void reserve(boolean brief) {
    Slot slot = freeSlot(brief, Set.of());
    One change = new One(brief ? operations.reserveBriefly(slot) : operations.reserve(slot));
    if (random.nextInt(4) == 0) {
      sendTwice(change, change);
    } else {
      send(change);
    }
  }

  private void fill(Slot slot, WorkloadBooks.Held held) {
    One change = new One(operations.fill(slot, held.generation()));
    if (random.nextInt(4) == 0) {
      sendTwice(change, change);
    } else {
      send(change);
    }
  }

  private void release(Slot slot, WorkloadBooks.Held held) {
    One change = new One(operations.release(slot, held));
    switch (random.nextInt(4)) {
      case 0 -> sendTwice(change, change);
      case 1 -> sendTwice(change, new One(operations.release(slot, held)));
      default -> send(change);
    }
  }

  private record Answer(One change, OperationResult result) {}

  /**
   * Sends two at once that mean the same. Which comes first is the server's business; of two
   * releases with ids of their own, exactly one says that it gave the bytes back.
   */
  private void sendTwice(One first, One second) {
    unanswered.add(first);
    unanswered.add(second);
    CompletableFuture<OperationResult> other =
        CompletableFuture.supplyAsync(() -> client.send(second.operation()), threads);
    List<Answer> answers = new ArrayList<>();
    RuntimeException lost = null;
    try {
      answers.add(new Answer(first, client.send(first.operation())));
    } catch (ClientUnderTest.UnansweredException e) {
      lost = e;
    }
    try {
      answers.add(new Answer(second, other.join()));
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof ClientUnderTest.UnansweredException unansweredToo)) {
        throw e;
      }
      lost = unansweredToo;
    }
    if (answers.size() == 1 && !first.equals(second)) {
      Answer answer = answers.get(0);
      recordCause(answer.change().equals(first) ? second : first, answer.result());
    }
    recordInOrder(answers);
    if (lost != null) {
      throw lost;
    }
  }

  /** Of changes to one slot that were sent at once. */
  private void recordInOrder(List<Answer> answers) {
    answers.sort(Comparator.comparingInt(answer -> order(answer.result())));
    answers.forEach(answer -> record(answer.change(), answer.result()));
  }

  /**
   * Returns the rank in the order of the server's decisions: insufficient space, success,
   * repetition.
   */
  private static int order(OperationResult result) {
    if (result.hasError()) {
      return StubClient.reason(result.getError()).equals("INSUFFICIENT_STORAGE") ? 0 : 2;
    }
    return already(result) ? 2 : 1;
  }

  private static boolean already(OperationResult result) {
    return result.hasReleaseSlot() && result.getReleaseSlot().getAlreadyReleased();
  }

  /**
   * Records the other of two releases as the first, if this release came second and the other has
   * no response yet.
   */
  private void recordCause(One other, OperationResult result) {
    if (already(result) && books.lasts(other.operation().getReleaseSlot().getSlot())) {
      OperationResult.Builder did = result.toBuilder();
      did.getReleaseSlotBuilder().setAlreadyReleased(false);
      books.record(other.operation(), did.build());
    }
  }

  /** Many changes to slots that differ, all or none of which are made, or each by itself. */
  private ApplyRequest batch() {
    ApplyRequest.Builder request =
        ApplyRequest.newBuilder().setRepositoryId(repositoryId).setAtomic(random.nextBoolean());
    Set<Slot> used = new HashSet<>();
    int size = 1 + random.nextInt(LARGEST_BATCH);
    List<Map.Entry<Slot, WorkloadBooks.Held>> held = lasting();
    for (int i = 0; i < size; i++) {
      Map.Entry<Slot, WorkloadBooks.Held> entry =
          held.isEmpty() ? null : held.get(random.nextInt(held.size()));
      if (entry == null || random.nextInt(3) == 0) {
        Slot slot = freeSlot(false, used);
        used.add(slot);
        request.addOperations(operations.reserve(slot));
        if (client.takesAnyGeneration() && random.nextInt(3) == 0) {
          request.addOperations(operations.fill(slot, 0));
        }
      } else if (used.add(entry.getKey())) {
        request.addOperations(operations.next(entry.getKey(), entry.getValue()));
      }
    }
    return request.build();
  }

  private void unassigned() {
    // No more than is its own, or it would take what another workload counts on.
    long most = Math.max(1, books.unassignedBytes());
    boolean release = books.unassignedBytes() > 0 && random.nextBoolean();
    long bytes = release ? -(1 + random.nextLong(most)) : 1 + random.nextInt(10_000);
    send(new Unassigned(bytes, operations.nextId()));
  }

  private interface OnHeld {
    void act(Map.Entry<Slot, WorkloadBooks.Held> held);
  }

  private void anyHeld(boolean alsoBrief, OnHeld action) {
    List<Map.Entry<Slot, WorkloadBooks.Held>> held =
        alsoBrief ? List.copyOf(books.held().entrySet()) : lasting();
    if (!held.isEmpty()) {
      action.act(held.get(random.nextInt(held.size())));
    }
  }

  private List<Map.Entry<Slot, WorkloadBooks.Held>> lasting() {
    return books.held().entrySet().stream().filter(held -> !held.getValue().brief()).toList();
  }

  /** A slot that it does not hold; slots are used again, so that generations matter. */
  private Slot freeSlot(boolean brief, Set<Slot> besides) {
    while (true) {
      String request = operations.requestId(brief, random.nextInt(REQUESTS_AT_ONCE));
      Slot slot = Requests.slot(request, random.nextInt(SLOTS_A_REQUEST));
      if (!books.held().containsKey(slot) && !besides.contains(slot)) {
        return slot;
      }
      operations.sometimesTurnThePage();
    }
  }
}
