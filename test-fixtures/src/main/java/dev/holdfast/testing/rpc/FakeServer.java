package dev.holdfast.testing.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Runs a server on loopback whose responses a test defines. The server records every attempt that
 * it receives. Calls of a method without a handler fail.
 */
public final class FakeServer implements AutoCloseable {
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  /**
   * Holds one attempt of a call as the server received it; of a client-streaming method, one
   * message.
   *
   * @param method the method's name without its service, for example {@code ReserveSlot}
   * @param request the message
   * @param headers the headers of the call
   */
  public record Attempt(String method, Message request, Metadata headers) {}

  /**
   * Handles the attempts of a method that takes one message.
   *
   * @param <Q> the request type
   * @param <A> the response type
   */
  @FunctionalInterface
  public interface Handler<Q, A> {
    /**
     * Handles one attempt; the response may come after this method has returned.
     *
     * @param request the request
     * @param answer receives the response or the error
     * @throws Exception if the attempt is to fail with the status UNKNOWN
     */
    void handle(Q request, ServerCallStreamObserver<A> answer) throws Exception;
  }

  /**
   * Handles the attempts of a client-streaming method.
   *
   * @param <Q> the type of the messages in the stream
   * @param <A> the response type
   */
  @FunctionalInterface
  public interface StreamHandler<Q, A> {
    /**
     * Handles the start of an attempt.
     *
     * @param answer receives the response or the error
     * @return an observer that receives the messages
     */
    StreamObserver<Q> handle(ServerCallStreamObserver<A> answer);
  }

  private final BlockingQueue<Attempt> attempts = new LinkedBlockingQueue<>();
  private final Map<String, Handler<Message, Message>> handlers = new ConcurrentHashMap<>();
  private final Map<String, StreamHandler<Message, Message>> streamHandlers =
      new ConcurrentHashMap<>();
  private final Server server;

  private FakeServer(ServerCredentials credentials) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials);
    for (var service :
        List.of(
            RepositoryServiceGrpc.getServiceDescriptor(),
            ReservationsServiceGrpc.getServiceDescriptor(),
            SalesServiceGrpc.getServiceDescriptor(),
            DatastoreServiceGrpc.getServiceDescriptor())) {
      var definition = ServerServiceDefinition.builder(service);
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        @SuppressWarnings("unchecked")
        var messages = (MethodDescriptor<Message, Message>) method;
        definition.addMethod(messages, handling(messages));
      }
      builder.addService(definition.build());
    }
    try {
      server =
          builder
              .intercept(new HeaderInterceptor())
              .maxInboundMessageSize(16 << 20)
              .permitKeepAliveTime(10, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a server without TLS on a free port.
   *
   * @return the running server
   * @throws UncheckedIOException if the server cannot listen
   */
  public static FakeServer start() {
    return start(InsecureServerCredentials.create());
  }

  /**
   * Starts a server on a free port.
   *
   * @param credentials the TLS credentials of the server
   * @return the running server
   * @throws UncheckedIOException if the server cannot listen
   */
  public static FakeServer start(ServerCredentials credentials) {
    return new FakeServer(credentials);
  }

  /**
   * Returns the loopback port on which the server listens.
   *
   * @return the port
   */
  public int port() {
    return server.getPort();
  }

  /**
   * Returns the address that clients connect to.
   *
   * @return {@code 127.0.0.1:PORT}
   */
  public String target() {
    return "127.0.0.1:" + port();
  }

  /**
   * Returns the received attempts that the test has not taken yet, in order. The handler of each
   * attempt is chosen before the attempt is queued, so a test that has seen an attempt and then
   * changes the handlers affects later attempts only.
   *
   * @return the queue itself, to which the server adds further attempts
   */
  public BlockingQueue<Attempt> attempts() {
    return attempts;
  }

  /**
   * Sets the handler for further attempts of a method.
   *
   * @param method a method that takes one message
   * @param handler the new handler
   * @param <Q> the request type
   * @param <A> the response type
   */
  @SuppressWarnings("unchecked")
  public <Q extends Message, A extends Message> void on(
      MethodDescriptor<Q, A> method, Handler<Q, A> handler) {
    handlers.put(method.getFullMethodName(), (Handler<Message, Message>) (Handler<?, ?>) handler);
  }

  /**
   * Sets the handler for further attempts of a client-streaming method.
   *
   * @param method a client-streaming method
   * @param handler the new handler
   * @param <Q> the type of the messages in the stream
   * @param <A> the response type
   */
  @SuppressWarnings("unchecked")
  public <Q extends Message, A extends Message> void onStream(
      MethodDescriptor<Q, A> method, StreamHandler<Q, A> handler) {
    streamHandlers.put(
        method.getFullMethodName(),
        (StreamHandler<Message, Message>) (StreamHandler<?, ?>) handler);
  }

  /**
   * Sets the response to all further attempts of a method.
   *
   * @param method a method that takes one message
   * @param answer the response
   * @param <A> the response type
   */
  public <A extends Message> void answer(MethodDescriptor<? extends Message, A> method, A answer) {
    on(method, (request, observer) -> complete(observer, answer));
  }

  /**
   * Sets the error of all further attempts of a method.
   *
   * @param method a method that takes one message
   * @param error the error, for example from {@link #error}
   */
  public void fail(MethodDescriptor<? extends Message, ? extends Message> method, Throwable error) {
    on(method, (request, observer) -> observer.onError(error));
  }

  /**
   * Sends one response and completes the call.
   *
   * @param observer the response observer of the call
   * @param answer the response
   * @param <A> the response type
   */
  public static <A> void complete(ServerCallStreamObserver<A> observer, A answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  /**
   * Waits for the next attempt, and removes it from the queue.
   *
   * @return the attempt
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws AssertionError if no attempt arrives within 60 s
   */
  public Attempt next() throws InterruptedException {
    Attempt attempt = attempts.poll(60, TimeUnit.SECONDS);
    if (attempt == null) {
      throw new AssertionError("no attempt came");
    }
    return attempt;
  }

  /**
   * Returns an error in Holdfast's format.
   *
   * @param code the gRPC status code
   * @param reason the error reason, as the contract defines it
   * @param metadata the metadata of the reason
   * @return the error
   */
  public static StatusRuntimeException error(
      Code code, String reason, Map<String, String> metadata) {
    return error("holdfast.dev", code, reason, metadata);
  }

  /**
   * Returns an error of the given domain, in Holdfast's format.
   *
   * @param domain the error domain; Holdfast's is {@code holdfast.dev}
   * @param code the gRPC status code
   * @param reason the error reason
   * @param metadata the metadata of the reason
   * @return the error
   */
  public static StatusRuntimeException error(
      String domain, Code code, String reason, Map<String, String> metadata) {
    return StatusProto.toStatusRuntimeException(status(domain, code, reason, metadata));
  }

  /**
   * Returns an error as a status proto, for example for one operation of an Apply.
   *
   * @param domain the error domain; Holdfast's is {@code holdfast.dev}
   * @param code the gRPC status code
   * @param reason the error reason
   * @param metadata the metadata of the reason
   * @return the error
   */
  public static com.google.rpc.Status status(
      String domain, Code code, String reason, Map<String, String> metadata) {
    return com.google.rpc.Status.newBuilder()
        .setCode(code.value())
        .setMessage("the message of " + reason)
        .addDetails(
            Any.pack(
                ErrorInfo.newBuilder()
                    .setDomain(domain)
                    .setReason(reason)
                    .putAllMetadata(metadata)
                    .build()))
        .build();
  }

  /**
   * Returns the same error with a server pushback, which sets the delay before the client's next
   * attempt.
   *
   * @param error the error
   * @param milliseconds the delay
   * @return the error with {@code grpc-retry-pushback-ms} in its trailers
   */
  public static StatusRuntimeException pushingBack(StatusRuntimeException error, int milliseconds) {
    Metadata trailers = new Metadata();
    if (error.getTrailers() != null) {
      trailers.merge(error.getTrailers());
    }
    trailers.put(
        Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER),
        Integer.toString(milliseconds));
    return error.getStatus().asRuntimeException(trailers);
  }

  /**
   * Returns the key of the trailer that contains the details of an error.
   *
   * @return the key
   */
  public static Metadata.Key<com.google.rpc.Status> detailsKey() {
    return Metadata.Key.of(
        "grpc-status-details-bin",
        ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));
  }

  /** Stops the server, cancels all calls, and waits until the server has terminated. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ServerCallHandler<Message, Message> handling(MethodDescriptor<Message, Message> method) {
    return switch (method.getType()) {
      case UNARY ->
          ServerCalls.asyncUnaryCall((request, observer) -> handle(method, request, observer));
      case SERVER_STREAMING ->
          ServerCalls.asyncServerStreamingCall(
              (request, observer) -> handle(method, request, observer));
      case CLIENT_STREAMING ->
          ServerCalls.asyncClientStreamingCall(
              observer ->
                  recordingAttempts(
                      method,
                      handlerOf(streamHandlers, method)
                          .handle((ServerCallStreamObserver<Message>) observer)));
      default -> throw new AssertionError(method);
    };
  }

  private void handle(
      MethodDescriptor<Message, Message> method,
      Message request,
      StreamObserver<Message> observer) {
    Handler<Message, Message> handler = handlerOf(handlers, method);
    recordAttempt(method, request);
    try {
      handler.handle(request, (ServerCallStreamObserver<Message>) observer);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private StreamObserver<Message> recordingAttempts(
      MethodDescriptor<?, ?> method, StreamObserver<Message> handler) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Message message) {
        recordAttempt(method, message);
        handler.onNext(message);
      }

      @Override
      public void onError(Throwable t) {
        handler.onError(t);
      }

      @Override
      public void onCompleted() {
        handler.onCompleted();
      }
    };
  }

  private void recordAttempt(MethodDescriptor<?, ?> method, Message message) {
    attempts.add(new Attempt(String.valueOf(method.getBareMethodName()), message, HEADERS.get()));
  }

  private static <H> H handlerOf(Map<String, H> handlers, MethodDescriptor<?, ?> method) {
    H handler = handlers.get(method.getFullMethodName());
    if (handler == null) {
      throw new AssertionError("no handler for " + method.getFullMethodName());
    }
    return handler;
  }

  private static final class HeaderInterceptor implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return Contexts.interceptCall(
          Context.current().withValue(HEADERS, headers), call, headers, next);
    }
  }
}
