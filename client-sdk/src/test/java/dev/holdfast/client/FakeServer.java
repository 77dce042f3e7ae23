package dev.holdfast.client;

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

/** A server on loopback whose answers a test writes itself. It keeps every attempt it was sent. */
final class FakeServer implements AutoCloseable {
  private static final Context.Key<Metadata> HEADERS = Context.key("headers");

  /** One attempt of one call, as the server got it. */
  record Attempt(String method, Message request, Metadata headers) {}

  interface Handler<Q, A> {
    void handle(Q request, ServerCallStreamObserver<A> answer) throws Exception;
  }

  interface StreamHandler<Q, A> {
    StreamObserver<Q> handle(ServerCallStreamObserver<A> answer);
  }

  /**
   * Those whose handler is already decided: what a test that has seen one of them does to the
   * handlers is for later ones.
   */
  final BlockingQueue<Attempt> attempts = new LinkedBlockingQueue<>();

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

  static FakeServer start() {
    return start(InsecureServerCredentials.create());
  }

  static FakeServer start(ServerCredentials credentials) {
    return new FakeServer(credentials);
  }

  int port() {
    return server.getPort();
  }

  String target() {
    return "127.0.0.1:" + port();
  }

  @SuppressWarnings("unchecked")
  <Q extends Message, A extends Message> void on(
      MethodDescriptor<Q, A> method, Handler<Q, A> handler) {
    handlers.put(method.getFullMethodName(), (Handler<Message, Message>) (Handler<?, ?>) handler);
  }

  /** Of a method that is sent a stream. */
  @SuppressWarnings("unchecked")
  <Q extends Message, A extends Message> void onStream(
      MethodDescriptor<Q, A> method, StreamHandler<Q, A> handler) {
    streamHandlers.put(
        method.getFullMethodName(),
        (StreamHandler<Message, Message>) (StreamHandler<?, ?>) handler);
  }

  /** Answers every attempt alike. */
  <A extends Message> void answer(MethodDescriptor<? extends Message, A> method, A answer) {
    on(method, (request, observer) -> complete(observer, answer));
  }

  /** Ends every attempt alike. */
  void fail(MethodDescriptor<? extends Message, ? extends Message> method, Throwable error) {
    on(method, (request, observer) -> observer.onError(error));
  }

  static <A> void complete(ServerCallStreamObserver<A> observer, A answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  /** The next attempt, which is awaited. */
  Attempt next() throws InterruptedException {
    Attempt attempt = attempts.poll(60, TimeUnit.SECONDS);
    if (attempt == null) {
      throw new AssertionError("no attempt came");
    }
    return attempt;
  }

  /** An error as the server makes it. */
  static StatusRuntimeException error(Code code, String reason, Map<String, String> metadata) {
    return error("holdfast.dev", code, reason, metadata);
  }

  static StatusRuntimeException error(
      String domain, Code code, String reason, Map<String, String> metadata) {
    return StatusProto.toStatusRuntimeException(status(domain, code, reason, metadata));
  }

  static com.google.rpc.Status status(
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

  /** The same error, asking for the next attempt after so many milliseconds. */
  static StatusRuntimeException pushingBack(StatusRuntimeException error, int milliseconds) {
    Metadata trailers = new Metadata();
    if (error.getTrailers() != null) {
      trailers.merge(error.getTrailers());
    }
    trailers.put(
        Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER),
        Integer.toString(milliseconds));
    return error.getStatus().asRuntimeException(trailers);
  }

  static Metadata.Key<com.google.rpc.Status> detailsKey() {
    return Metadata.Key.of(
        "grpc-status-details-bin",
        ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));
  }

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
