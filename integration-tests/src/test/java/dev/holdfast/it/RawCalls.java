package dev.holdfast.it;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Calls whose requests are any bytes, as no generated code would send them. */
final class RawCalls {
  private static final long DEADLINE_SECONDS = 60;

  private static final Marshaller<byte[]> BYTES =
      new Marshaller<>() {
        @Override
        public InputStream stream(byte[] bytes) {
          return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private RawCalls() {}

  /** Sends these requests, and returns the responses. */
  static List<byte[]> call(Channel channel, MethodDescriptor<?, ?> method, byte[]... requests) {
    return call(channel, CallOptions.DEFAULT, method, requests);
  }

  /** The same, compressed. */
  static List<byte[]> callPacked(
      Channel channel, MethodDescriptor<?, ?> method, byte[]... requests) {
    return call(channel, CallOptions.DEFAULT.withCompression("gzip"), method, requests);
  }

  private static List<byte[]> call(
      Channel channel, CallOptions options, MethodDescriptor<?, ?> method, byte[]... requests) {
    var call =
        channel.newCall(
            method.toBuilder(BYTES, BYTES).build(),
            options.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
    List<byte[]> responses = new ArrayList<>();
    CompletableFuture<List<byte[]>> answered = new CompletableFuture<>();
    var observer =
        ClientCalls.asyncBidiStreamingCall(
            call,
            new StreamObserver<byte[]>() {
              @Override
              public void onNext(byte[] response) {
                responses.add(response);
              }

              @Override
              public void onError(Throwable e) {
                answered.completeExceptionally(e);
              }

              @Override
              public void onCompleted() {
                answered.complete(responses);
              }
            });
    for (byte[] request : requests) {
      observer.onNext(request);
    }
    observer.onCompleted();
    try {
      return answered.join();
    } catch (CompletionException e) {
      throw (StatusRuntimeException) e.getCause();
    }
  }
}
