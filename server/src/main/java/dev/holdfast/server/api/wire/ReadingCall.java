package dev.holdfast.server.api.wire;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejection;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The call that a handler sees. The server may reject it before the handler closes it. */
final class ReadingCall<Q, R> extends ServerCall<Q, R> {
  private final MethodDescriptor<Q, R> method;
  private final ServerCall<?, R> call;
  private final AtomicBoolean closed = new AtomicBoolean();

  ReadingCall(MethodDescriptor<Q, R> method, ServerCall<?, R> call) {
    this.method = method;
    this.call = call;
  }

  void refuse(Rejection rejection) {
    refuse(Statuses.of(rejection));
  }

  void refuse(StatusRuntimeException refusal) {
    close(refusal.getStatus(), Objects.requireNonNullElseGet(refusal.getTrailers(), Metadata::new));
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (closed.compareAndSet(false, true)) {
      call.close(status, trailers);
    }
  }

  @Override
  public void sendHeaders(Metadata headers) {
    if (!closed.get()) {
      call.sendHeaders(headers);
    }
  }

  @Override
  public void sendMessage(R message) {
    if (!closed.get()) {
      call.sendMessage(message);
    }
  }

  @Override
  public void request(int count) {
    call.request(count);
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public boolean isCancelled() {
    return call.isCancelled();
  }

  @Override
  public void setMessageCompression(boolean enabled) {
    call.setMessageCompression(enabled);
  }

  @Override
  public void setCompression(String compressor) {
    call.setCompression(compressor);
  }

  @Override
  public void setOnReadyThreshold(int bytes) {
    call.setOnReadyThreshold(bytes);
  }

  @Override
  public SecurityLevel getSecurityLevel() {
    return call.getSecurityLevel();
  }

  @Override
  public Attributes getAttributes() {
    return call.getAttributes();
  }

  @Override
  public @Nullable String getAuthority() {
    return call.getAuthority();
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return method;
  }
}
