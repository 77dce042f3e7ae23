package dev.holdfast.it;

import static java.util.Objects.requireNonNull;

import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.v1.CreateRepositoryRequest;
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

/** One server process for all tests of a class; each test makes repositories of its own. */
final class LiveServer implements BeforeAllCallback, AfterAllCallback {
  private final AtomicInteger made = new AtomicInteger();
  private @Nullable Path home;
  private @Nullable ServerProcess server;
  private @Nullable Stubs stubs;

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

  /** Kills it and starts another on the same data dir. */
  void restart() throws IOException, InterruptedException {
    stop();
    start();
  }

  Path dataDir() {
    return requireNonNull(home).resolve("data");
  }

  ServerProcess server() {
    return requireNonNull(server);
  }

  Stubs stubs() {
    return requireNonNull(stubs);
  }

  RepositoryServiceBlockingStub repositories() {
    return stubs().repositories();
  }

  ReservationsServiceBlockingStub reservations() {
    return stubs().reservations();
  }

  SalesServiceBlockingStub sales() {
    return stubs().sales();
  }

  /** Makes a repository that no other test knows. */
  String newRepository(long capacityBytes) {
    String id = "test-" + made.incrementAndGet();
    var unused =
        repositories()
            .createRepository(
                CreateRepositoryRequest.newBuilder()
                    .setRepositoryId(id)
                    .setCapacityBytes(capacityBytes)
                    .build());
    return id;
  }
}
