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
 * <p>A {@code repositoryId} is {@code [a-z0-9][a-z0-9._-]{0,62}}; where nothing else is said, empty
 * means {@code default}. Every method can also throw {@link UnavailableException}, a change {@link
 * OutcomeUnknownException}, and either a plain {@link HoldfastException} of {@link
 * ErrorReason#INVALID_ARGUMENT}, {@link ErrorReason#UNAUTHENTICATED} or {@link
 * ErrorReason#PERMISSION_DENIED}. Methods that end in {@code Async} return or fail through the
 * future; to cancel it cancels the call.
 */
public interface Repositories {
  /**
   * Returns the same calls with another deadline than the client's.
   *
   * @param deadline how long a call may take with all its retries, more than 0
   * @return a view of the same client
   */
  Repositories withDeadline(Duration deadline);

  /**
   * Makes a repository. It is sent once, without retries.
   *
   * @param repositoryId the new one's id; not empty
   * @param capacityBytes how many bytes may be reserved in it, 1 … 2^63-1
   * @return the repository as it was made
   * @throws RepositoryAlreadyExistsException if the id is taken
   */
  Repository create(String repositoryId, long capacityBytes);

  /**
   * Does what {@link #create} does, without waiting.
   *
   * @param repositoryId the new one's id; not empty
   * @param capacityBytes how many bytes may be reserved in it, 1 … 2^63-1
   * @return the repository as it was made
   */
  CompletableFuture<Repository> createAsync(String repositoryId, long capacityBytes);

  /**
   * Returns one repository.
   *
   * @param repositoryId which
   * @return the repository as of the last commit
   * @throws RepositoryNotFoundException if there is none of this id
   */
  Repository get(String repositoryId);

  /**
   * Does what {@link #get} does, without waiting.
   *
   * @param repositoryId which
   * @return the repository as of the last commit
   */
  CompletableFuture<Repository> getAsync(String repositoryId);

  /**
   * Returns a page of the repositories, by id.
   *
   * @param pageSize how many at most, 0 … 2^31-1: 0 means 100, more than 1,000 means 1,000
   * @param pageToken the {@link Page#nextPageToken()} of the page before; empty for the first
   * @return the page
   */
  Page<Repository> list(int pageSize, String pageToken);

  /**
   * Does what {@link #list} does, without waiting.
   *
   * @param pageSize how many at most, 0 … 2^31-1: 0 means 100, more than 1,000 means 1,000
   * @param pageToken the {@link Page#nextPageToken()} of the page before; empty for the first
   * @return the page
   */
  CompletableFuture<Page<Repository>> listAsync(int pageSize, String pageToken);

  /**
   * Returns all repositories, by id, a page at a time: the stream makes a call whenever it has used
   * up the page before, and throws the error of that call.
   *
   * @return all repositories; each page is of its own moment
   */
  Stream<Repository> listAll();

  /**
   * Sets the capacity. Less than is reserved is allowed: nothing is taken from anybody, and nothing
   * is available until enough was released.
   *
   * @param repositoryId which; not empty
   * @param capacityBytes the new capacity, 0 … 2^63-1; 0 sells nothing more
   * @return the repository after the change
   * @throws RepositoryNotFoundException if there is none of this id
   */
  Repository update(String repositoryId, long capacityBytes);

  /**
   * Does what {@link #update} does, without waiting.
   *
   * @param repositoryId which; not empty
   * @param capacityBytes the new capacity, 0 … 2^63-1; 0 sells nothing more
   * @return the repository after the change
   */
  CompletableFuture<Repository> updateAsync(String repositoryId, long capacityBytes);

  /**
   * Deletes a repository that has nothing reserved. It is sent once, without retries.
   *
   * @param repositoryId which; not empty
   * @throws RepositoryNotFoundException if there is none of this id
   * @throws HoldfastException of {@link ErrorReason#REPOSITORY_NOT_EMPTY} if something is in it
   */
  void delete(String repositoryId);

  /**
   * Does what {@link #delete} does, without waiting.
   *
   * @param repositoryId which; not empty
   * @return {@code null} when it is deleted
   */
  CompletableFuture<@Nullable Void> deleteAsync(String repositoryId);

  /**
   * Returns how much is free. It is the cheapest call, meant to be made often.
   *
   * @param repositoryId which
   * @return the numbers as of the last commit
   * @throws RepositoryNotFoundException if there is none of this id
   */
  Availability available(String repositoryId);

  /**
   * Does what {@link #available} does, without waiting.
   *
   * @param repositoryId which
   * @return the numbers as of the last commit
   */
  CompletableFuture<Availability> availableAsync(String repositoryId);

  /**
   * Reserves bytes that belong to no slot, for what the node keeps for itself, under a new
   * operation id.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1
   * @return what is left
   * @throws InsufficientStorageException if fewer are available
   * @throws RepositoryNotFoundException if there is none of this id
   */
  UnassignedSpace reserve(String repositoryId, long amountBytes);

  /**
   * Does what {@link #reserve(String, long)} does, without waiting.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1
   * @return what is left
   */
  CompletableFuture<UnassignedSpace> reserveAsync(String repositoryId, long amountBytes);

  /**
   * Does what {@link #reserve(String, long)} does, under an id of the caller's. Sent again with it,
   * it changes nothing more.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1
   * @param operationId 1–64 characters of printable ASCII; counts among the reserves and releases
   *     of the repository's unassigned bytes
   * @return what is left
   * @throws InsufficientStorageException if fewer are available
   * @throws RepositoryNotFoundException if there is none of this id
   */
  UnassignedSpace reserve(String repositoryId, long amountBytes, String operationId);

  /**
   * Does what {@link #reserve(String, long, String)} does, without waiting.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1
   * @param operationId 1–64 characters of printable ASCII
   * @return what is left
   */
  CompletableFuture<UnassignedSpace> reserveAsync(
      String repositoryId, long amountBytes, String operationId);

  /**
   * Gives back bytes that belong to no slot, under a new operation id. It never reaches the bytes
   * of a slot.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1, and no more than are unassigned
   * @return what is left
   * @throws RepositoryNotFoundException if there is none of this id
   * @throws HoldfastException of {@link ErrorReason#RELEASE_EXCEEDS_UNASSIGNED} if fewer are
   *     unassigned
   */
  UnassignedSpace release(String repositoryId, long amountBytes);

  /**
   * Does what {@link #release(String, long)} does, without waiting.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1, and no more than are unassigned
   * @return what is left
   */
  CompletableFuture<UnassignedSpace> releaseAsync(String repositoryId, long amountBytes);

  /**
   * Does what {@link #release(String, long)} does, under an id of the caller's. Sent again with it,
   * it changes nothing more.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1, and no more than are unassigned
   * @param operationId 1–64 characters of printable ASCII; counts among the reserves and releases
   *     of the repository's unassigned bytes
   * @return what is left
   * @throws RepositoryNotFoundException if there is none of this id
   * @throws HoldfastException of {@link ErrorReason#RELEASE_EXCEEDS_UNASSIGNED} if fewer are
   *     unassigned
   */
  UnassignedSpace release(String repositoryId, long amountBytes, String operationId);

  /**
   * Does what {@link #release(String, long, String)} does, without waiting.
   *
   * @param repositoryId which
   * @param amountBytes how many bytes, 1 … 2^63-1, and no more than are unassigned
   * @param operationId 1–64 characters of printable ASCII
   * @return what is left
   */
  CompletableFuture<UnassignedSpace> releaseAsync(
      String repositoryId, long amountBytes, String operationId);

  /**
   * Recounts everything that is kept as a sum, on one snapshot, while others go on changing it. It
   * reads every reservation: a large repository takes seconds and may want {@link #withDeadline}.
   *
   * @param repositoryId which
   * @return what the recount found
   * @throws RepositoryNotFoundException if there is none of this id
   */
  Verification verify(String repositoryId);

  /**
   * Does what {@link #verify} does, without waiting.
   *
   * @param repositoryId which
   * @return what the recount found
   */
  CompletableFuture<Verification> verifyAsync(String repositoryId);
}
