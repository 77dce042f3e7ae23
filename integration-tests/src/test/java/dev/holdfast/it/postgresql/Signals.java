package dev.holdfast.it.postgresql;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Sends signals to processes and all processes that these started. */
final class Signals {
  private Signals() {}

  /** Returns a process and its descendants, the process first. */
  static List<ProcessHandle> tree(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants()).toList();
  }

  /** Kills processes with SIGKILL, in their order, and waits until they have ended. */
  static void kill(List<ProcessHandle> processes) {
    for (ProcessHandle process : processes) {
      var unused = process.destroyForcibly();
    }
    for (ProcessHandle process : processes) {
      var unused = process.onExit().join();
    }
  }

  /** Stops processes with SIGSTOP; their connections stay open. */
  static void pause(List<ProcessHandle> processes) throws IOException, InterruptedException {
    send("STOP", processes);
  }

  /** Lets paused processes continue. */
  static void resume(List<ProcessHandle> processes) throws IOException, InterruptedException {
    send("CONT", processes);
  }

  private static void send(String name, List<ProcessHandle> processes)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-s", name));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    // A process may end between the two steps; kill then fails for that one alone.
    var unused =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
  }
}
