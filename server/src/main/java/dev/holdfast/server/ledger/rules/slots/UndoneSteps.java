package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejection.Reason;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Refusals that only the earlier steps of the same atomic {@link Apply} gave a reason for. */
final class UndoneSteps {
  /** What the caller sent, and what no step of an Apply changes. */
  private static final Set<String> STANDING =
      Set.of(
          "repository_id",
          "request_id",
          "slot_index",
          "operation_id",
          "field",
          "requested_bytes",
          "capacity_bytes");

  private UndoneSteps() {}

  /**
   * The refusal with nothing in it that comes from steps that are undone.
   *
   * @param before the repository without them
   */
  static Rejection without(Rejection rejection, @Nullable Repository before) {
    Map<String, String> facts = new LinkedHashMap<>(rejection.facts());
    // The generation is what the caller sent, but where it is that of a reservation found.
    boolean sentGeneration = rejection.reason() != Reason.RESERVATION_RELEASED;
    facts
        .keySet()
        .removeIf(
            name -> !STANDING.contains(name) && !(sentGeneration && name.equals("generation")));
    if (rejection.reason() == Reason.INSUFFICIENT_STORAGE && before != null) {
      facts.put("available_bytes", Long.toString(before.availableBytes()));
    }
    String words =
        facts.entrySet().stream()
            .map(fact -> fact.getKey() + " " + fact.getValue())
            .collect(Collectors.joining(", "));
    return new Rejection(
        rejection.reason(),
        rejection.reason()
            + " after the operations before it in this Apply, which were undone with it; as it was"
            + " before them: "
            + words,
        facts,
        List.of());
  }
}
