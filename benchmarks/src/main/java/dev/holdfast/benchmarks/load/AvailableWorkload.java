package dev.holdfast.benchmarks.load;

import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceStub;
import io.grpc.Channel;

/** Calls Available again and again. */
public final class AvailableWorkload implements Workload {
  private final RepositoryServiceStub stub;

  /** Makes a workload of unary calls. */
  public AvailableWorkload(Channel channel) {
    stub = RepositoryServiceGrpc.newStub(channel);
  }

  @Override
  public void next(Answer answer) {
    stub.available(
        AvailableRequest.getDefaultInstance(),
        new Reply<>(
            response ->
                response.getRevision() > 0
                    && response.getAvailableBytes()
                        == response.getCapacityBytes() - response.getReservedBytes(),
            1,
            answer));
  }

  @Override
  public boolean holdsNothing() {
    return true;
  }
}
