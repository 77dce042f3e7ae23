package dev.holdfast.testing.junit;

import static java.util.Objects.requireNonNull;

import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceBlockingStub;
import dev.holdfast.v1.SalesServiceGrpc.SalesServiceBlockingStub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs one server process for all tests of a class. Declare it as a static field with
 * {@code @RegisterExtension}; each test creates its own repositories. The server must be on the
 * class path of the tests. Its data directory is deleted after the last test.
 */
public final class LiveServer implements BeforeAllCallback, AfterAllCallback {
  private final AtomicInteger repositoryCount = new AtomicInteger();
  private @Nullable Path home;
  private @Nullable ServerProcess server;
  private @Nullable Stubs stubs;

  /**
   * Creates an extension whose server runs from before the first test until after the last test.
   */
  public LiveServer() {}

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    home = Files.createTempDirectory("holdfast");
    start();
  }

  private void start() throws IOException, InterruptedException {
    server = ServerProcess.start(dataDir());
    stubs = new Stubs(server.target());
  }

  private void stop() {
    stubs().close();
    server().kill();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    stop();
    try (Stream<Path> files = Files.walk(requireNonNull(home))) {
      files.sorted(Comparator.reverseOrder()).forEach(LiveServer::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Kills the server and starts a new server on the same data directory and on a new port.
   *
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the new server does not accept calls within 60 s
   */
  public void restart() throws IOException, InterruptedException {
    stop();
    start();
  }

  /**
   * Returns the data directory of the server.
   *
   * @return the directory, which may not exist yet
   */
  public Path dataDir() {
    return requireNonNull(home).resolve("data");
  }

  /**
   * Returns the current server.
   *
   * @return its process
   */
  public ServerProcess server() {
    return requireNonNull(server);
  }

  /**
   * Returns stubs on one connection to the current server.
   *
   * @return the stubs; they are closed when the server stops
   */
  public Stubs stubs() {
    return requireNonNull(stubs);
  }

  /**
   * Returns a stub of the repository service.
   *
   * @return a blocking stub with a deadline
   */
  public RepositoryServiceBlockingStub repositories() {
    return stubs().repositories();
  }

  /**
   * Returns a stub of the reservations service.
   *
   * @return a blocking stub with a deadline
   */
  public ReservationsServiceBlockingStub reservations() {
    return stubs().reservations();
  }

  /**
   * Returns a stub of the sales service.
   *
   * @return a blocking stub with a deadline
   */
  public SalesServiceBlockingStub sales() {
    return stubs().sales();
  }

  /**
   * Creates a repository with an id that no other test of the class uses.
   *
   * @param capacityBytes the capacity of the repository in bytes
   * @return its id
   */
  public String newRepository(long capacityBytes) {
    String id = "test-" + repositoryCount.incrementAndGet();
    var unused = repositories().createRepository(Requests.createRepository(id, capacityBytes));
    return id;
  }
}
