package dev.holdfast.server.api.calls;

import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Lets calls with large answers be reset although everything was written that they are answered
 * with. A stub can only write more, which would queue behind what the peer does not take; but gRPC
 * resets the stream of a call whose context ran into its deadline, and drops what is queued for it.
 */
public final class ResettableCalls extends ServerStreamTracer.Factory {
  /** Those with small answers go without, since a context of its own costs a call some time. */
  private static final Set<String> METHODS =
      Set.of(
          DatastoreServiceGrpc.getGetMethod().getFullMethodName(),
          DatastoreServiceGrpc.getListKeysMethod().getFullMethodName(),
          RepositoryServiceGrpc.getListRepositoriesMethod().getFullMethodName(),
          RepositoryServiceGrpc.getVerifyMethod().getFullMethodName(),
          ReservationsServiceGrpc.getListReservationsMethod().getFullMethodName(),
          ReservationsServiceGrpc.getListEventsMethod().getFullMethodName(),
          ReservationsServiceGrpc.getApplyMethod().getFullMethodName(),
          ReservationsServiceGrpc.getReconcileMethod().getFullMethodName(),
          ReservationsServiceGrpc.getWatchEventsMethod().getFullMethodName(),
          SalesServiceGrpc.getListOffersMethod().getFullMethodName(),
          SalesServiceGrpc.getSellSlotMethod().getFullMethodName());

  private static final Context.Key<Context.CancellableContext> OWN = Context.key("resettable-call");

  private static final ServerStreamTracer TRACER =
      new ServerStreamTracer() {
        @Override
        public Context filterContext(Context context) {
          Context.CancellableContext own = context.withCancellation();
          return own.withValue(OWN, own);
        }
      };

  private static final ServerStreamTracer NO_TRACER = new ServerStreamTracer() {};

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return METHODS.contains(fullMethodName) ? TRACER : NO_TRACER;
  }

  /** Ends one call at once. Its caller sees it broken off, without a reason of ours. */
  public interface Reset {
    void reset(String why);
  }

  /** How to reset the call that this is called in; null where it cannot be. */
  public static @Nullable Reset ofThisCall() {
    Context.CancellableContext own = OWN.get();
    return own == null ? null : why -> own.cancel(new TimeoutException(why));
  }
}
