package dev.holdfast.client.internal.wire;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call that can be sent blocking or asynchronously.
 *
 * @param request the message with its operation ids
 * @param advice the advice for a caller who does not know the outcome of a change without an
 *     operation id; {@code null} for a change with an id, and for a read
 * @param operationId the change's only operation id
 * @param answer converts the response to the value that the caller gets
 */
public record Call<Q extends Message, A extends Message, T extends @Nullable Object>(
    MethodDescriptor<Q, A> method,
    Q request,
    @Nullable String advice,
    @Nullable String operationId,
    Function<A, T> answer) {

  public static final String REPEAT = "To send it again is harmless.";

  public static <Q extends Message, A extends Message, T extends @Nullable Object>
      Call<Q, A, T> read(MethodDescriptor<Q, A> method, Q request, Function<A, T> answer) {
    return new Call<>(method, request, null, null, answer);
  }

  public static <Q extends Message, A extends Message, T extends @Nullable Object>
      Call<Q, A, T> change(
          MethodDescriptor<Q, A> method, Q request, String operationId, Function<A, T> answer) {
    return new Call<>(method, request, null, operationId, answer);
  }

  public static <Q extends Message, A extends Message, T extends @Nullable Object>
      Call<Q, A, T> changeWithoutId(
          MethodDescriptor<Q, A> method, Q request, String advice, Function<A, T> answer) {
    return new Call<>(method, request, advice, null, answer);
  }

  /**
   * Returns the advice for a caller who does not know the outcome; {@code null} for a read. The
   * text is made on demand, because few calls need it.
   */
  @Nullable String recovery() {
    return operationId != null ? recoveryById(operationId) : advice;
  }

  public boolean isChange() {
    return operationId != null || advice != null;
  }

  public static String recoveryById(String operationId) {
    return "Send it again with the same operation id, %s, until it is answered; it is made once."
        .formatted(operationId);
  }
}
