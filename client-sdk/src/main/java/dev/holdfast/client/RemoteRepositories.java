package dev.holdfast.client;

import dev.holdfast.client.internal.calls.Pages;
import dev.holdfast.client.internal.calls.RepositoryCalls;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Availability;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.model.UnassignedSpace;
import dev.holdfast.client.results.Verification;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends the calls of {@link Repositories} to a server. */
final class RemoteRepositories implements Repositories {
  private final Transport transport;

  RemoteRepositories(Transport transport) {
    this.transport = transport;
  }

  @Override
  public Repositories withDeadline(Duration deadline) {
    return new RemoteRepositories(transport.withDeadline(deadline));
  }

  @Override
  public Repository create(String repositoryId, long capacityBytes) {
    return transport.send(RepositoryCalls.create(repositoryId, capacityBytes));
  }

  @Override
  public CompletableFuture<Repository> createAsync(String repositoryId, long capacityBytes) {
    return transport.sendAsync(RepositoryCalls.create(repositoryId, capacityBytes));
  }

  @Override
  public Repository get(String repositoryId) {
    return transport.send(RepositoryCalls.get(repositoryId));
  }

  @Override
  public CompletableFuture<Repository> getAsync(String repositoryId) {
    return transport.sendAsync(RepositoryCalls.get(repositoryId));
  }

  @Override
  public Page<Repository> list(int pageSize, String pageToken) {
    return transport.send(RepositoryCalls.list(pageSize, pageToken));
  }

  @Override
  public CompletableFuture<Page<Repository>> listAsync(int pageSize, String pageToken) {
    return transport.sendAsync(RepositoryCalls.list(pageSize, pageToken));
  }

  @Override
  public Stream<Repository> listAll() {
    return Pages.stream("", pageToken -> list(0, pageToken));
  }

  @Override
  public Repository update(String repositoryId, long capacityBytes) {
    return transport.send(RepositoryCalls.update(repositoryId, capacityBytes));
  }

  @Override
  public CompletableFuture<Repository> updateAsync(String repositoryId, long capacityBytes) {
    return transport.sendAsync(RepositoryCalls.update(repositoryId, capacityBytes));
  }

  @Override
  public void delete(String repositoryId) {
    transport.send(RepositoryCalls.delete(repositoryId));
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteAsync(String repositoryId) {
    return transport.sendAsync(RepositoryCalls.delete(repositoryId));
  }

  @Override
  public Availability available(String repositoryId) {
    return transport.send(RepositoryCalls.available(repositoryId));
  }

  @Override
  public CompletableFuture<Availability> availableAsync(String repositoryId) {
    return transport.sendAsync(RepositoryCalls.available(repositoryId));
  }

  @Override
  public UnassignedSpace reserve(String repositoryId, long amountBytes) {
    return reserve(repositoryId, amountBytes, OperationIds.next());
  }

  @Override
  public CompletableFuture<UnassignedSpace> reserveAsync(String repositoryId, long amountBytes) {
    return reserveAsync(repositoryId, amountBytes, OperationIds.next());
  }

  @Override
  public UnassignedSpace reserve(String repositoryId, long amountBytes, String operationId) {
    return transport.send(RepositoryCalls.reserve(repositoryId, amountBytes, operationId));
  }

  @Override
  public CompletableFuture<UnassignedSpace> reserveAsync(
      String repositoryId, long amountBytes, String operationId) {
    return transport.sendAsync(RepositoryCalls.reserve(repositoryId, amountBytes, operationId));
  }

  @Override
  public UnassignedSpace release(String repositoryId, long amountBytes) {
    return release(repositoryId, amountBytes, OperationIds.next());
  }

  @Override
  public CompletableFuture<UnassignedSpace> releaseAsync(String repositoryId, long amountBytes) {
    return releaseAsync(repositoryId, amountBytes, OperationIds.next());
  }

  @Override
  public UnassignedSpace release(String repositoryId, long amountBytes, String operationId) {
    return transport.send(RepositoryCalls.release(repositoryId, amountBytes, operationId));
  }

  @Override
  public CompletableFuture<UnassignedSpace> releaseAsync(
      String repositoryId, long amountBytes, String operationId) {
    return transport.sendAsync(RepositoryCalls.release(repositoryId, amountBytes, operationId));
  }

  @Override
  public Verification verify(String repositoryId) {
    return transport.send(RepositoryCalls.verify(repositoryId));
  }

  @Override
  public CompletableFuture<Verification> verifyAsync(String repositoryId) {
    return transport.sendAsync(RepositoryCalls.verify(repositoryId));
  }
}
