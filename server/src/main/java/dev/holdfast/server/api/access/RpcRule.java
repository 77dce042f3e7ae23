package dev.holdfast.server.api.access;

import com.google.protobuf.Message;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an RPC asks of its caller.
 *
 * @param role the role with which the call may begin; null if the RPC is open to everybody
 * @param messageRole returns the role that a request needs, at least {@code role}
 * @param repository returns the repository that a request names; null if it names none
 */
public record RpcRule(
    @Nullable Role role,
    Function<Message, Role> messageRole,
    Function<Message, @Nullable String> repository) {}
