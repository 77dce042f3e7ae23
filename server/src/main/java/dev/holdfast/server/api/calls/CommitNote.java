package dev.holdfast.server.api.calls;

import io.grpc.Context;

/** Is told that the change of a call was made durable; for tracing. */
@FunctionalInterface
public interface CommitNote {
  /** The note of the current call; not set if nobody wants to know. */
  Context.Key<CommitNote> OF_CALL = Context.key("commit-note");

  /** Called on the ledger's writer, before the call is answered. Must return at once. */
  void committed();
}
