package dev.holdfast.it;

import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A client of several servers on one store: it sends a change that one server did not answer to the
 * next server, with the same operation id, until one answers.
 */
final class FailoverClient implements ClientUnderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final List<ClientUnderTest> servers;
  private final AtomicLong longestWaitNanos;

  /**
   * The index of the server that is asked next; other threads of the same workload may raise it.
   */
  private volatile int current;

  /**
   * Creates a client.
   *
   * @param servers a client for each server, which this client closes
   * @param first the index of the server that is asked first
   * @param longestWaitNanos is raised to the longest time from a call to its answer
   */
  FailoverClient(List<ClientUnderTest> servers, int first, AtomicLong longestWaitNanos) {
    this.servers = List.copyOf(servers);
    this.current = first;
    this.longestWaitNanos = longestWaitNanos;
  }

  @Override
  public OperationResult send(Operation operation) {
    return answered(client -> client.send(operation));
  }

  @Override
  public List<OperationResult> apply(ApplyRequest request) {
    return answered(client -> client.apply(request));
  }

  @Override
  public long unassigned(String repositoryId, long bytes, String operationId) {
    return answered(client -> client.unassigned(repositoryId, bytes, operationId));
  }

  private <T> T answered(Function<ClientUnderTest, T> call) {
    long start = System.nanoTime();
    while (true) {
      int server = current;
      try {
        return call.apply(servers.get(server));
      } catch (UnansweredException e) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw e;
        }
        current = (server + 1) % servers.size();
        LockSupport.parkNanos(PAUSE.toNanos());
      } finally {
        longestWaitNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
      }
    }
  }

  @Override
  public boolean takesAnyGeneration() {
    return servers.get(0).takesAnyGeneration();
  }

  @Override
  public void close() {
    servers.forEach(ClientUnderTest::close);
  }
}
