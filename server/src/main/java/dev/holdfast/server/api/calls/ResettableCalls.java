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
 * Makes calls with large responses resettable even after the whole response was written. A stub can
 * only write more, which would queue after the data that the peer does not read; but gRPC resets
 * the stream of a call whose context reached its deadline, and drops the queued data.
 */
public final class ResettableCalls extends ServerStreamTracer.Factory {
  /**
   * The methods with large responses; for other methods, an own context would cost time without
   * benefit.
   */
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

  private static final Context.Key<Context.CancellableContext> CONTEXT_KEY =
      Context.key("resettable-call");

  private static final ServerStreamTracer TRACER =
      new ServerStreamTracer() {
        @Override
        public Context filterContext(Context context) {
          Context.CancellableContext resettable = context.withCancellation();
          return resettable.withValue(CONTEXT_KEY, resettable);
        }
      };

  private static final ServerStreamTracer NO_TRACER = new ServerStreamTracer() {};

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return METHODS.contains(fullMethodName) ? TRACER : NO_TRACER;
  }

  /** Resets one call at once. Its caller sees a broken stream without a reason of the contract. */
  public interface Reset {
    void reset(String reason);
  }

  /** Returns the reset of the current call; null if the call is not resettable. */
  public static @Nullable Reset ofThisCall() {
    Context.CancellableContext resettable = CONTEXT_KEY.get();
    return resettable == null ? null : reason -> resettable.cancel(new TimeoutException(reason));
  }
}
