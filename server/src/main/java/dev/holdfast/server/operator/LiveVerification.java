package dev.holdfast.server.operator;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.results.Verification;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Recounts the books of the repositories of a running server, one after the other. */
public final class LiveVerification {
  /** A recount reads the whole repository. */
  private static final Duration DEADLINE = Duration.ofHours(1);

  private final HoldfastClient client;
  private final ConnectionOptions connection;
  private final Output out;
  private boolean balances = true;

  private LiveVerification(Session session, ConnectionOptions connection) {
    this.client = session.client();
    this.connection = connection;
    this.out = session.out();
  }

  /**
   * Verifies the named repository, or all of them.
   *
   * @param spec the command that does it
   * @param connection its flags
   * @return the exit code
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   */
  public static int run(CommandSpec spec, ConnectionOptions connection)
      throws InterruptedException {
    return ServerCommand.run(
        spec, connection, session -> new LiveVerification(session, connection).run());
  }

  private int run() {
    if (connection.repositoryId().isEmpty()) {
      Iterator<Repository> all = client.repositories().listAll().iterator();
      while (all.hasNext()) {
        verifyListed(all.next().repositoryId());
      }
    } else {
      verify(connection.repositoryId());
    }
    if (!connection.json()) {
      out.line(balances ? "the books balance" : "the books do not balance");
    }
    return balances ? ExitCode.OK : ExitCode.FAILED;
  }

  private void verifyListed(String repositoryId) {
    try {
      verify(repositoryId);
    } catch (RepositoryNotFoundException e) {
      // It was deleted after it was listed, so it has no books.
      return;
    }
  }

  private void verify(String repositoryId) {
    Verification result =
        client.repositories().withDeadline(connection.deadline(DEADLINE)).verify(repositoryId);
    balances &= result.consistent();
    if (connection.json()) {
      out.line(Json.text(Json.verification(repositoryId, result)));
    } else {
      print(repositoryId, result);
    }
    out.flush();
  }

  private void print(String repositoryId, Verification result) {
    out.line(
        "repository %s: %d bytes reserved, %d reservations, revision %d"
            .formatted(
                repositoryId,
                result.recordedBytes(),
                result.reservationCount(),
                result.revision()));
    List<Verification.Problem> problems = result.problems();
    for (Verification.Problem problem : problems) {
      out.line(
          "  %s: recorded %d, counted %d"
              .formatted(problem.subject(), problem.recorded(), problem.counted()));
    }
  }
}
