package dev.holdfast.server.ledger.books;

/**
 * Where an operation id counts that is not about a slot.
 *
 * @param requestId the request; empty for the unassigned bytes of the repository
 * @param operationId the id
 */
public record OperationKey(String requestId, String operationId) {}
