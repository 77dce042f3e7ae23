package dev.holdfast.server.api.wire;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Wraps services so that this server reads their requests itself instead of gRPC. */
public final class ReadRequests {
  private final RequestWorkers workers;
  private final Map<String, Integer> limits;

  /**
   * Makes a wrapper.
   *
   * @param limits maximum number of elements of repeated fields, by full field name
   */
  public ReadRequests(RequestWorkers workers, Map<String, Integer> limits) {
    this.workers = workers;
    this.limits = limits;
  }

  /** Returns the wrapped service. */
  public ServerServiceDefinition of(ServerServiceDefinition service) {
    ServiceDescriptor descriptor = service.getServiceDescriptor();
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    service.getMethods().forEach(method -> methods.add(reading(method)));
    ServiceDescriptor.Builder described =
        ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor(descriptor.getSchemaDescriptor());
    methods.forEach(method -> described.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(described.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private <Q, R> ServerMethodDefinition<?, R> reading(ServerMethodDefinition<Q, R> method) {
    return reading(method, prototype(method.getMethodDescriptor().getRequestMarshaller()));
  }

  /** Returns an empty request of a method; the marshallers of generated code always have one. */
  private static Message prototype(Marshaller<?> marshaller) {
    return (Message)
        Objects.requireNonNull(((PrototypeMarshaller<?>) marshaller).getMessagePrototype());
  }

  @SuppressWarnings("unchecked") // The prototype is of the type of the method's requests.
  private <Q extends Message, R> ServerMethodDefinition<IncomingRequest<Q>, R> reading(
      ServerMethodDefinition<?, R> definition, Q prototype) {
    var method = (ServerMethodDefinition<Q, R>) definition;
    MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
    ServerCallHandler<Q, R> handler = method.getServerCallHandler();
    RequestReader<Q> reader = new RequestReader<>(prototype, limits);
    return ServerMethodDefinition.create(
        descriptor.toBuilder(new RequestMarshaller<>(reader), descriptor.getResponseMarshaller())
            .build(),
        (call, headers) -> {
          ReadingCall<Q, R> reading = new ReadingCall<>(descriptor, call);
          return new RequestListener<>(
              reader, workers, reading, handler.startCall(reading, headers));
        });
  }
}
