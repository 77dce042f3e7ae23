package dev.holdfast.client;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RepositoryAlreadyExistsException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.model.Availability;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.model.UnassignedSpace;
import dev.holdfast.client.results.Verification;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Repositories: how much space a node sells, and how much of it is free. Always
 *
 * <ul>
 *   <li>reservedBytes = unassignedBytes + the sum of the reservations,
 *   <li>availableBytes = max(0, capacityBytes - reservedBytes).
 * </ul>
 *
 * <p>A {@code repositoryId} is {@code [a-z0-9][a-z0-9._-]{0,62}}; unless stated otherwise, empty
 * means {@code default}. Every method can also throw {@link UnavailableException}, a change {@link
 * OutcomeUnknownException}, and either a plain {@link HoldfastException} of {@link
 * ErrorReason#INVALID_ARGUMENT}, {@link ErrorReason#UNAUTHENTICATED} or {@link
 * ErrorReason#PERMISSION_DENIED}. Methods that end in {@code Async} return or fail through the
 * future; cancelling the future cancels the call.
 */
public interface Repositories {
  /**
   * Returns the same calls with another deadline than the client's.
   *
   * @param deadline the longest time of a call with all its retries, more than 0
   * @return a view of the same client
   */
  Repositories withDeadline(Duration deadline);

  /**
   * Creates a repository. The call is sent once, without retries.
   *
   * @param repositoryId the new one's id; not empty
   * @param capacityBytes the number of bytes that may be reserved in it, 1 … 2^63-1
   * @return the new repository
   * @throws RepositoryAlreadyExistsException if the id is taken
   */
  Repository create(String repositoryId, long capacityBytes);

  /**
   * Does what {@link #create} does, without waiting.
   *
   * @param repositoryId the new one's id; not empty
   * @param capacityBytes the number of bytes that may be reserved in it, 1 … 2^63-1
   * @return the new repository
   */
  CompletableFuture<Repository> createAsync(String repositoryId, long capacityBytes);

  /**
   * Returns one repository.
   *
   * @param repositoryId the repository
   * @return the repository as of the last commit
   * @throws RepositoryNotFoundException if there is none with this id
   */
  Repository get(String repositoryId);

  /**
   * Does what {@link #get} does, without waiting.
   *
   * @param repositoryId the repository
   * @return the repository as of the last commit
   */
  CompletableFuture<Repository> getAsync(String repositoryId);

  /**
   * Returns a page of the repositories, by id.
   *
   * @param pageSize the largest number of entries, 0 … 2^31-1: 0 means 100, more than 1,000 means
   *     1,000
   * @param pageToken the {@link Page#nextPageToken()} of the page before; empty for the first
   * @return the page
   */
  Page<Repository> list(int pageSize, String pageToken);

  /**
   * Does what {@link #list} does, without waiting.
   *
   * @param pageSize the largest number of entries, 0 … 2^31-1: 0 means 100, more than 1,000 means
   *     1,000
   * @param pageToken the {@link Page#nextPageToken()} of the page before; empty for the first
   * @return the page
   */
  CompletableFuture<Page<Repository>> listAsync(int pageSize, String pageToken);

  /**
   * Returns all repositories, by id, page by page: the stream makes a call when it has used up a
   * page, and throws the error of that call.
   *
   * @return all repositories; each page is of its own moment
   */
  Stream<Repository> listAll();

  /**
   * Sets the capacity. It may be less than the reserved bytes: all reservations stay, and no bytes
   * are available until enough was released.
   *
   * @param repositoryId the repository; not empty
   * @param capacityBytes the new capacity, 0 … 2^63-1; 0 means that nothing more is sold
   * @return the repository after the change
   * @throws RepositoryNotFoundException if there is none with this id
   */
  Repository update(String repositoryId, long capacityBytes);

  /**
   * Does what {@link #update} does, without waiting.
   *
   * @param repositoryId the repository; not empty
   * @param capacityBytes the new capacity, 0 … 2^63-1; 0 means that nothing more is sold
   * @return the repository after the change
   */
  CompletableFuture<Repository> updateAsync(String repositoryId, long capacityBytes);

  /**
   * Deletes a repository without reserved bytes. The call is sent once, without retries.
   *
   * @param repositoryId the repository; not empty
   * @throws RepositoryNotFoundException if there is none with this id
   * @throws HoldfastException of {@link ErrorReason#REPOSITORY_NOT_EMPTY} if it is not empty
   */
  void delete(String repositoryId);

  /**
   * Does what {@link #delete} does, without waiting.
   *
   * @param repositoryId the repository; not empty
   * @return {@code null} when it is deleted
   */
  CompletableFuture<@Nullable Void> deleteAsync(String repositoryId);

  /**
   * Returns how many bytes are available. The cheapest call, for frequent use.
   *
   * @param repositoryId the repository
   * @return the numbers as of the last commit
   * @throws RepositoryNotFoundException if there is none with this id
   */
  Availability available(String repositoryId);

  /**
   * Does what {@link #available} does, without waiting.
   *
   * @param repositoryId the repository
   * @return the numbers as of the last commit
   */
  CompletableFuture<Availability> availableAsync(String repositoryId);

  /**
   * Reserves bytes that belong to no slot, for the node itself, under a new operation id.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1
   * @return the numbers after the change
   * @throws InsufficientStorageException if fewer are available
   * @throws RepositoryNotFoundException if there is none with this id
   */
  UnassignedSpace reserve(String repositoryId, long amountBytes);

  /**
   * Does what {@link #reserve(String, long)} does, without waiting.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1
   * @return the numbers after the change
   */
  CompletableFuture<UnassignedSpace> reserveAsync(String repositoryId, long amountBytes);

  /**
   * Does what {@link #reserve(String, long)} does, with an operation id of the caller. A retry with
   * the same id changes nothing more.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1
   * @param operationId 1–64 characters of printable ASCII; shared by the reserves and releases of
   *     the repository's unassigned bytes
   * @return the numbers after the change
   * @throws InsufficientStorageException if fewer are available
   * @throws RepositoryNotFoundException if there is none with this id
   */
  UnassignedSpace reserve(String repositoryId, long amountBytes, String operationId);

  /**
   * Does what {@link #reserve(String, long, String)} does, without waiting.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1
   * @param operationId 1–64 characters of printable ASCII
   * @return the numbers after the change
   */
  CompletableFuture<UnassignedSpace> reserveAsync(
      String repositoryId, long amountBytes, String operationId);

  /**
   * Releases bytes that belong to no slot, under a new operation id. It never releases the bytes of
   * a slot.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1, at most the unassigned ones
   * @return the numbers after the change
   * @throws RepositoryNotFoundException if there is none with this id
   * @throws HoldfastException of {@link ErrorReason#RELEASE_EXCEEDS_UNASSIGNED} if fewer are
   *     unassigned
   */
  UnassignedSpace release(String repositoryId, long amountBytes);

  /**
   * Does what {@link #release(String, long)} does, without waiting.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1, at most the unassigned ones
   * @return the numbers after the change
   */
  CompletableFuture<UnassignedSpace> releaseAsync(String repositoryId, long amountBytes);

  /**
   * Does what {@link #release(String, long)} does, with an operation id of the caller. A retry with
   * the same id changes nothing more.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1, at most the unassigned ones
   * @param operationId 1–64 characters of printable ASCII; shared by the reserves and releases of
   *     the repository's unassigned bytes
   * @return the numbers after the change
   * @throws RepositoryNotFoundException if there is none with this id
   * @throws HoldfastException of {@link ErrorReason#RELEASE_EXCEEDS_UNASSIGNED} if fewer are
   *     unassigned
   */
  UnassignedSpace release(String repositoryId, long amountBytes, String operationId);

  /**
   * Does what {@link #release(String, long, String)} does, without waiting.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes, 1 … 2^63-1, at most the unassigned ones
   * @param operationId 1–64 characters of printable ASCII
   * @return the numbers after the change
   */
  CompletableFuture<UnassignedSpace> releaseAsync(
      String repositoryId, long amountBytes, String operationId);

  /**
   * Recounts every stored sum, on one snapshot, without delaying changes. It reads every
   * reservation: a large repository takes seconds and may need {@link #withDeadline}.
   *
   * @param repositoryId the repository
   * @return the result of the recount
   * @throws RepositoryNotFoundException if there is none with this id
   */
  Verification verify(String repositoryId);

  /**
   * Does what {@link #verify} does, without waiting.
   *
   * @param repositoryId the repository
   * @return the result of the recount
   */
  CompletableFuture<Verification> verifyAsync(String repositoryId);
}
