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
 * A server on loopback whose answers a test writes itself. It keeps every attempt that it was sent.
 * A method for which no answer was written fails its calls.
 */
public final class FakeServer implements AutoCloseable {
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  /**
   * One attempt of one call, as the server got it; of a method that is sent a stream, one message.
   *
   * @param method the method's name without its service, for example {@code ReserveSlot}
   * @param request the message
   * @param headers what was sent before it
   */
  public record Attempt(String method, Message request, Metadata headers) {}

  /**
   * Answers the attempts of a method.
   *
   * @param <Q> the request
   * @param <A> the answer
   */
  @FunctionalInterface
  public interface Handler<Q, A> {
    /**
     * Answers one attempt, now or later.
     *
     * @param request what was sent
     * @param answer takes the answer or the error
     * @throws Exception fails the attempt with the status UNKNOWN
     */
    void handle(Q request, ServerCallStreamObserver<A> answer) throws Exception;
  }

  /**
   * Answers the attempts of a method that is sent a stream.
   *
   * @param <Q> a message of the stream
   * @param <A> the answer
   */
  @FunctionalInterface
  public interface StreamHandler<Q, A> {
    /**
     * Begins an attempt.
     *
     * @param answer takes the answer or the error
     * @return takes the messages
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
              .intercept(new KeepHeaders())
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
   * @throws UncheckedIOException if it cannot listen
   */
  public static FakeServer start() {
    return start(InsecureServerCredentials.create());
  }

  /**
   * Starts a server on a free port.
   *
   * @param credentials its side of TLS
   * @return the running server
   * @throws UncheckedIOException if it cannot listen
   */
  public static FakeServer start(ServerCredentials credentials) {
    return new FakeServer(credentials);
  }

  /**
   * Returns the port of loopback on which it listens.
   *
   * @return the port
   */
  public int port() {
    return server.getPort();
  }

  /**
   * Returns where clients connect to.
   *
   * @return {@code 127.0.0.1:PORT}
   */
  public String target() {
    return "127.0.0.1:" + port();
  }

  /**
   * Returns the attempts that came and were not taken from here yet, in their order. The handler of
   * each is already decided: what a test that has seen one of them does to the handlers is for
   * later ones.
   *
   * @return the queue itself, which goes on growing
   */
  public BlockingQueue<Attempt> attempts() {
    return attempts;
  }

  /**
   * Sets how attempts of a method are answered from now on.
   *
   * @param method a method that is sent one message
   * @param handler answers them
   * @param <Q> the request
   * @param <A> the answer
   */
  @SuppressWarnings("unchecked")
  public <Q extends Message, A extends Message> void on(
      MethodDescriptor<Q, A> method, Handler<Q, A> handler) {
    handlers.put(method.getFullMethodName(), (Handler<Message, Message>) (Handler<?, ?>) handler);
  }

  /**
   * Sets how attempts of a method that is sent a stream are answered from now on.
   *
   * @param method a method that is sent a stream
   * @param handler answers them
   * @param <Q> a message of the stream
   * @param <A> the answer
   */
  @SuppressWarnings("unchecked")
  public <Q extends Message, A extends Message> void onStream(
      MethodDescriptor<Q, A> method, StreamHandler<Q, A> handler) {
    streamHandlers.put(
        method.getFullMethodName(),
        (StreamHandler<Message, Message>) (StreamHandler<?, ?>) handler);
  }

  /**
   * Answers every attempt of a method alike from now on.
   *
   * @param method a method that is sent one message
   * @param answer the one answer
   * @param <A> the answer
   */
  public <A extends Message> void answer(MethodDescriptor<? extends Message, A> method, A answer) {
    on(method, (request, observer) -> complete(observer, answer));
  }

  /**
   * Fails every attempt of a method alike from now on.
   *
   * @param method a method that is sent one message
   * @param error the one error, for example {@link #error}
   */
  public void fail(MethodDescriptor<? extends Message, ? extends Message> method, Throwable error) {
    on(method, (request, observer) -> observer.onError(error));
  }

  /**
   * Answers a call with one message, and completes it.
   *
   * @param observer the call
   * @param answer the message
   * @param <A> the answer
   */
  public static <A> void complete(ServerCallStreamObserver<A> observer, A answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  /**
   * Waits for the next attempt, and takes it.
   *
   * @return the attempt
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws AssertionError if none comes within 60 s
   */
  public Attempt next() throws InterruptedException {
    Attempt attempt = attempts.poll(60, TimeUnit.SECONDS);
    if (attempt == null) {
      throw new AssertionError("no attempt came");
    }
    return attempt;
  }

  /**
   * Returns an error as Holdfast makes it.
   *
   * @param code its code
   * @param reason its reason, in the contract's words
   * @param metadata the facts of the reason
   * @return the error
   */
  public static StatusRuntimeException error(
      Code code, String reason, Map<String, String> metadata) {
    return error("holdfast.dev", code, reason, metadata);
  }

  /**
   * Returns an error as a server of any domain makes it.
   *
   * @param domain whose reason it is; Holdfast's is {@code holdfast.dev}
   * @param code its code
   * @param reason its reason
   * @param metadata the facts of the reason
   * @return the error
   */
  public static StatusRuntimeException error(
      String domain, Code code, String reason, Map<String, String> metadata) {
    return StatusProto.toStatusRuntimeException(status(domain, code, reason, metadata));
  }

  /**
   * Returns the error of one operation of an Apply.
   *
   * @param domain whose reason it is; Holdfast's is {@code holdfast.dev}
   * @param code its code
   * @param reason its reason
   * @param metadata the facts of the reason
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
   * Returns the same error with a wish for when the next attempt is made.
   *
   * @param error the error
   * @param milliseconds how long to wait
   * @return the error with gRPC's pushback in its trailers
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
   * Returns the trailer in which an error has its details.
   *
   * @return the key
   */
  public static Metadata.Key<com.google.rpc.Status> detailsKey() {
    return Metadata.Key.of(
        "grpc-status-details-bin",
        ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));
  }

  /** Ends the server and all calls, and waits until it has ended. */
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
                  keepingAttempts(
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
    keepAttempt(method, request);
    try {
      handler.handle(request, (ServerCallStreamObserver<Message>) observer);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private StreamObserver<Message> keepingAttempts(
      MethodDescriptor<?, ?> method, StreamObserver<Message> handler) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Message message) {
        keepAttempt(method, message);
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

  private void keepAttempt(MethodDescriptor<?, ?> method, Message message) {
    attempts.add(new Attempt(String.valueOf(method.getBareMethodName()), message, HEADERS.get()));
  }

  private static <H> H handlerOf(Map<String, H> handlers, MethodDescriptor<?, ?> method) {
    H handler = handlers.get(method.getFullMethodName());
    if (handler == null) {
      throw new AssertionError("no handler for " + method.getFullMethodName());
    }
    return handler;
  }

  private static final class KeepHeaders implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return Contexts.interceptCall(
          Context.current().withValue(HEADERS, headers), call, headers, next);
    }
  }
}
