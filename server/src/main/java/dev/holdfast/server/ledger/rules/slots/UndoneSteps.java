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

/** Handles rejections that are caused by earlier steps of the same atomic {@link Apply}. */
final class UndoneSteps {
  /** The facts that the caller sent, or that no step of an Apply changes. */
  private static final Set<String> UNAFFECTED_FACTS =
      Set.of(
          "repository_id",
          "request_id",
          "slot_index",
          "operation_id",
          "field",
          "requested_bytes",
          "capacity_bytes",
          "outcome",
          "free_bytes",
          "required_bytes");

  private UndoneSteps() {}

  /**
   * Returns the rejection without facts that come from undone steps.
   *
   * @param before the repository before the Apply
   */
  static Rejection without(Rejection rejection, @Nullable Repository before) {
    Map<String, String> facts = new LinkedHashMap<>(rejection.facts());
    // The generation is sent by the caller, except for RESERVATION_RELEASED.
    boolean sentGeneration = rejection.reason() != Reason.RESERVATION_RELEASED;
    facts
        .keySet()
        .removeIf(
            name ->
                !UNAFFECTED_FACTS.contains(name) && !(sentGeneration && name.equals("generation")));
    if (rejection.reason() == Reason.INSUFFICIENT_STORAGE && before != null) {
      facts.put("available_bytes", Long.toString(before.availableBytes()));
    }
    String description =
        facts.entrySet().stream()
            .map(fact -> fact.getKey() + " " + fact.getValue())
            .collect(Collectors.joining(", "));
    return new Rejection(
        rejection.reason(),
        rejection.reason()
            + " after the operations before it in this Apply, which were undone with it; as it was"
            + " before them: "
            + description,
        facts,
        List.of());
  }
}
