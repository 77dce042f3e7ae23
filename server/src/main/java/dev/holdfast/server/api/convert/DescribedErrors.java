package dev.holdfast.server.api.convert;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Makes reflection describe the error details. No message of the contract has a field of their
 * types, so without this reflection would not know them, and grpcurl would show them as bytes.
 */
public final class DescribedErrors {
  private DescribedErrors() {}

  /**
   * Returns the service with a file descriptor that also imports google/rpc/error_details.proto.
   */
  public static ServerServiceDefinition in(ServerServiceDefinition service) {
    ServiceDescriptor descriptor = service.getServiceDescriptor();
    var schema =
        (ProtoFileDescriptorSupplier) Objects.requireNonNull(descriptor.getSchemaDescriptor());
    FileDescriptor file = withErrorDetails(schema.getFileDescriptor());
    ServiceDescriptor.Builder described =
        ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor((ProtoFileDescriptorSupplier) () -> file);
    descriptor.getMethods().forEach(described::addMethod);
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(described.build());
    service.getMethods().forEach(definition::addMethod);
    return definition.build();
  }

  private static FileDescriptor withErrorDetails(FileDescriptor file) {
    FileDescriptor details = ErrorDetailsProto.getDescriptor();
    FileDescriptorProto proto = file.toProto().toBuilder().addDependency(details.getName()).build();
    List<FileDescriptor> dependencies = new ArrayList<>(file.getDependencies());
    dependencies.add(details);
    try {
      return FileDescriptor.buildFrom(proto, dependencies.toArray(FileDescriptor[]::new));
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("the file is valid without the added import", e);
    }
  }
}
