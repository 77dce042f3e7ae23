package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.rules.Command;

/** A command that can be a step of an {@link Apply}. */
public sealed interface Step extends Command
    permits ReserveSlot, RenewLease, FillSlot, ReleaseSlot, EndRequest, RefusedStep {}
