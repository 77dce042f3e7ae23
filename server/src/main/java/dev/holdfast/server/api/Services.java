package dev.holdfast.server.api;

import dev.holdfast.server.ledger.Ledger;
import io.grpc.BindableService;
import java.util.List;

/** All services of the contract on one ledger. */
public final class Services {
  private Services() {}

  /**
   * The services.
   *
   * @param ledger what they work on
   * @param readers the threads that read for them
   * @param watch who is told when a read fails
   */
  public static List<BindableService> on(Ledger ledger, ReaderThreads readers, Ledger.Watch watch) {
    Calls calls = new Calls(ledger, readers, watch);
    return List.of(new RepositoryApi(calls), new ReservationsApi(calls));
  }
}
