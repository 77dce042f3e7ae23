package dev.holdfast.client;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.KeyNotFoundException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.errors.VersionMismatchException;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.StoredValue;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The node's own state, stored durably next to the books of a repository. A key has 1–512 bytes of
 * UTF-8, a value up to 1 MiB.
 *
 * <p>Every put gives its key the next version from one rising counter of the repository; a version
 * is never used again. Pass the version that was read, so that no concurrent change is lost.
 *
 * <p><b>Puts and deletes are sent once</b>, without retries: a second attempt could undo a put of
 * another client in between, or be rejected because of the first attempt. While the server is
 * unreachable they fail with {@link UnavailableException}, and nothing was changed. After an {@link
 * OutcomeUnknownException} {@link #get} returns the current value.
 *
 * <p>Every method can throw {@link RepositoryNotFoundException} and {@link UnavailableException}, a
 * change {@link OutcomeUnknownException}, and either a plain {@link HoldfastException} of {@link
 * ErrorReason#INVALID_ARGUMENT}, {@link ErrorReason#UNAUTHENTICATED} or {@link
 * ErrorReason#PERMISSION_DENIED}. Methods that end in {@code Async} return or fail through the
 * future; cancelling the future cancels the call.
 */
public interface Datastore {
  /**
   * Returns the same calls with another deadline than the client's.
   *
   * @param deadline the longest time of a call with all its retries, more than 0
   * @return a view of the same client
   */
  Datastore withDeadline(Duration deadline);

  /**
   * Returns the same calls for the keys of another repository than {@code default}.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @return a view of the same client
   */
  Datastore inRepository(String repositoryId);

  /**
   * Sets the value of a key, whether it exists or not.
   *
   * @param key the key
   * @param value the new value
   * @return the version that the key has now, 1 … 2^63-1
   */
  long put(String key, byte[] value);

  /**
   * Does what {@link #put(String, byte[])} does, without waiting.
   *
   * @param key the key
   * @param value the new value; copied at once
   * @return the version that the key has now, 1 … 2^63-1
   */
  CompletableFuture<Long> putAsync(String key, byte[] value);

  /**
   * Sets the value of a key if it has a version.
   *
   * @param key the key
   * @param value the new value
   * @param expectedVersion the version that it must have, 0 … 2^63-1; 0 means that it must not
   *     exist
   * @return the version that the key has now, 1 … 2^63-1
   * @throws VersionMismatchException if it has another
   */
  long put(String key, byte[] value, long expectedVersion);

  /**
   * Does what {@link #put(String, byte[], long)} does, without waiting.
   *
   * @param key the key
   * @param value the new value; copied at once
   * @param expectedVersion the version that it must have; 0 means that it must not exist
   * @return the version that the key has now, 1 … 2^63-1
   */
  CompletableFuture<Long> putAsync(String key, byte[] value, long expectedVersion);

  /**
   * Returns the value of a key.
   *
   * @param key the key
   * @return its value as of the last commit
   * @throws KeyNotFoundException if there is no such key
   */
  StoredValue get(String key);

  /**
   * Does what {@link #get} does, without waiting.
   *
   * @param key the key
   * @return its value as of the last commit
   */
  CompletableFuture<StoredValue> getAsync(String key);

  /**
   * Deletes a key.
   *
   * @param key the key
   * @throws KeyNotFoundException if there is no such key
   */
  void delete(String key);

  /**
   * Does what {@link #delete(String)} does, without waiting.
   *
   * @param key the key
   * @return {@code null} when it is deleted
   */
  CompletableFuture<@Nullable Void> deleteAsync(String key);

  /**
   * Deletes a key if it has a version.
   *
   * @param key the key
   * @param expectedVersion the version that it must have, 1 … 2^63-1
   * @throws KeyNotFoundException if there is no such key
   * @throws VersionMismatchException if it has another version
   */
  void delete(String key, long expectedVersion);

  /**
   * Does what {@link #delete(String, long)} does, without waiting.
   *
   * @param key the key
   * @param expectedVersion the version that it must have, 1 … 2^63-1
   * @return {@code null} when it is deleted
   */
  CompletableFuture<@Nullable Void> deleteAsync(String key, long expectedVersion);

  /**
   * Returns a page of the keys that begin with a prefix, by their UTF-8 bytes.
   *
   * @param prefix the begin of the keys; empty for all
   * @param pageSize the largest number of entries, 0 … 2^31-1: 0 means 100, more than 1,000 means
   *     1,000
   * @param pageToken the {@link Page#nextPageToken()} of the page before; empty for the first
   * @return the page, of one moment
   */
  Page<String> listKeys(String prefix, int pageSize, String pageToken);

  /**
   * Does what {@link #listKeys} does, without waiting.
   *
   * @param prefix the begin of the keys; empty for all
   * @param pageSize the largest number of entries, 0 … 2^31-1: 0 means 100, more than 1,000 means
   *     1,000
   * @param pageToken the {@link Page#nextPageToken()} of the page before; empty for the first
   * @return the page, of one moment
   */
  CompletableFuture<Page<String>> listKeysAsync(String prefix, int pageSize, String pageToken);

  /**
   * Returns all keys that begin with a prefix, page by page: the stream makes a call when it has
   * used up a page, and throws the error of that call.
   *
   * @param prefix the begin of the keys; empty for all
   * @return the keys; each page is of its own moment
   */
  Stream<String> listAllKeys(String prefix);
}
