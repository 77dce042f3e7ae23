package dev.holdfast.client;

import dev.holdfast.client.internal.calls.DatastoreCalls;
import dev.holdfast.client.internal.calls.Pages;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.StoredValue;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends the calls of {@link Datastore} to a server. */
final class RemoteDatastore implements Datastore {
  private final Transport transport;
  private final String repositoryId;

  RemoteDatastore(Transport transport, String repositoryId) {
    this.transport = transport;
    this.repositoryId = Objects.requireNonNull(repositoryId, "repositoryId");
  }

  @Override
  public Datastore withDeadline(Duration deadline) {
    return new RemoteDatastore(transport.withDeadline(deadline), repositoryId);
  }

  @Override
  public Datastore inRepository(String repositoryId) {
    return new RemoteDatastore(transport, repositoryId);
  }

  @Override
  public long put(String key, byte[] value) {
    return transport.send(DatastoreCalls.put(repositoryId, key, value, null));
  }

  @Override
  public CompletableFuture<Long> putAsync(String key, byte[] value) {
    return transport.sendAsync(DatastoreCalls.put(repositoryId, key, value, null));
  }

  @Override
  public long put(String key, byte[] value, long expectedVersion) {
    return transport.send(DatastoreCalls.put(repositoryId, key, value, expectedVersion));
  }

  @Override
  public CompletableFuture<Long> putAsync(String key, byte[] value, long expectedVersion) {
    return transport.sendAsync(DatastoreCalls.put(repositoryId, key, value, expectedVersion));
  }

  @Override
  public StoredValue get(String key) {
    return transport.send(DatastoreCalls.get(repositoryId, key));
  }

  @Override
  public CompletableFuture<StoredValue> getAsync(String key) {
    return transport.sendAsync(DatastoreCalls.get(repositoryId, key));
  }

  @Override
  public void delete(String key) {
    transport.send(DatastoreCalls.delete(repositoryId, key, null));
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteAsync(String key) {
    return transport.sendAsync(DatastoreCalls.delete(repositoryId, key, null));
  }

  @Override
  public void delete(String key, long expectedVersion) {
    transport.send(DatastoreCalls.delete(repositoryId, key, expectedVersion));
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteAsync(String key, long expectedVersion) {
    return transport.sendAsync(DatastoreCalls.delete(repositoryId, key, expectedVersion));
  }

  @Override
  public Page<String> listKeys(String prefix, int pageSize, String pageToken) {
    return transport.send(DatastoreCalls.listKeys(repositoryId, prefix, pageSize, pageToken));
  }

  @Override
  public CompletableFuture<Page<String>> listKeysAsync(
      String prefix, int pageSize, String pageToken) {
    return transport.sendAsync(DatastoreCalls.listKeys(repositoryId, prefix, pageSize, pageToken));
  }

  @Override
  public Stream<String> listAllKeys(String prefix) {
    return Pages.stream("", pageToken -> listKeys(prefix, 0, pageToken));
  }
}
