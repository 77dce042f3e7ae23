package dev.holdfast.it.operator;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.holdfast.server.operator.EventsCommand;
import dev.holdfast.server.operator.OffersCommand;
import dev.holdfast.server.operator.ReservationsCommand;
import dev.holdfast.server.operator.StatusCommand;
import dev.holdfast.server.operator.WhyCommand;
import dev.holdfast.testing.process.ProgramResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** Runs operator's commands in this process, which is faster than a JVM for each. */
final class Commands {
  private Commands() {}

  /**
   * Runs a command to its end.
   *
   * @param server the address of the server
   * @param words the command and its flags
   */
  static ProgramResult run(String server, String... words) {
    CommandLine line = new CommandLine(command(words[0]));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    List<String> arguments = new java.util.ArrayList<>(List.of(words).subList(1, words.length));
    arguments.add("--server=" + server);
    int exit = line.execute(arguments.toArray(new String[0]));
    return new ProgramResult(exit, out.toString(), err.toString());
  }

  private static Callable<Integer> command(String name) {
    return switch (name) {
      case "status" -> new StatusCommand();
      case "reservations" -> new ReservationsCommand();
      case "events" -> new EventsCommand();
      case "offers" -> new OffersCommand();
      case "why" -> new WhyCommand();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Reads a line of JSON as the message of the contract that it has to be.
   *
   * @param kind the default instance of the message
   */
  @SuppressWarnings("unchecked") // A message makes builders of its own kind.
  static <M extends Message> M message(String json, M kind) throws InvalidProtocolBufferException {
    Message.Builder builder = kind.newBuilderForType();
    JsonFormat.parser().ignoringUnknownFields().merge(json, builder);
    return (M) builder.build();
  }

  /** Returns the words of each line of a table without its header. */
  static List<List<String>> rows(String table) {
    return table.lines().skip(1).map(line -> List.of(line.strip().split(" {2,}", -1))).toList();
  }
}
