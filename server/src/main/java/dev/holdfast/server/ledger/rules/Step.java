package dev.holdfast.server.ledger.rules;

/** A command that can be one of many in an {@link Apply}. */
public sealed interface Step extends Command
    permits ReserveSlot, RenewLease, FillSlot, ReleaseSlot, EndRequest, RefusedStep {}
