package dev.holdfast.server.api.access;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The role that each RPC needs. An RPC without a rule keeps the server from starting. */
public final class RpcRules {
  private static final String DEFAULT_REPOSITORY = "default";
  private static final String REPOSITORY = "repository_id";

  private final Map<String, RpcRule> rules = new HashMap<>();

  /** Makes the table. */
  public RpcRules() {
    allow(
        Role.READER,
        RepositoryServiceGrpc.getGetRepositoryMethod(),
        RepositoryServiceGrpc.getAvailableMethod(),
        RepositoryServiceGrpc.getVerifyMethod(),
        ReservationsServiceGrpc.getGetReservationMethod(),
        ReservationsServiceGrpc.getListReservationsMethod(),
        ReservationsServiceGrpc.getWatchEventsMethod(),
        ReservationsServiceGrpc.getListEventsMethod(),
        SalesServiceGrpc.getGetOfferMethod(),
        SalesServiceGrpc.getListOffersMethod(),
        DatastoreServiceGrpc.getGetMethod(),
        DatastoreServiceGrpc.getListKeysMethod());
    allow(
        Role.WRITER,
        RepositoryServiceGrpc.getReserveMethod(),
        RepositoryServiceGrpc.getReleaseMethod(),
        ReservationsServiceGrpc.getReserveSlotMethod(),
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        ReservationsServiceGrpc.getFillSlotMethod(),
        ReservationsServiceGrpc.getReleaseSlotMethod(),
        ReservationsServiceGrpc.getEndRequestMethod(),
        ReservationsServiceGrpc.getApplyMethod(),
        SalesServiceGrpc.getPutOfferMethod(),
        SalesServiceGrpc.getDeleteOfferMethod(),
        DatastoreServiceGrpc.getPutMethod(),
        DatastoreServiceGrpc.getDeleteMethod());
    allow(
        Role.ADMIN,
        RepositoryServiceGrpc.getCreateRepositoryMethod(),
        RepositoryServiceGrpc.getUpdateRepositoryMethod(),
        RepositoryServiceGrpc.getDeleteRepositoryMethod());
    // Its response has only the repositories that the caller reaches.
    rule(
        RepositoryServiceGrpc.getListRepositoriesMethod(),
        new RpcRule(Role.READER, request -> Role.READER, request -> null));
    FieldDescriptor validateOnly =
        field(prototype(SalesServiceGrpc.getSellSlotMethod()), "validate_only");
    // Asking what a sale would do changes nothing.
    rule(
        SalesServiceGrpc.getSellSlotMethod(),
        new RpcRule(
            Role.READER,
            request -> (boolean) request.getField(validateOnly) ? Role.READER : Role.WRITER,
            namedRepository(SalesServiceGrpc.getSellSlotMethod())));
    // Only the header, which comes first, names the repository.
    rule(
        ReservationsServiceGrpc.getReconcileMethod(),
        new RpcRule(
            Role.WRITER,
            request -> Role.WRITER,
            headerRepository(prototype(ReservationsServiceGrpc.getReconcileMethod()))));
    for (MethodDescriptor<?, ?> method : HealthGrpc.getServiceDescriptor().getMethods()) {
      rule(method, new RpcRule(null, request -> Role.READER, request -> null));
    }
    for (String service :
        List.of(
            "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")) {
      rules.put(
          service + "/ServerReflectionInfo",
          new RpcRule(Role.READER, request -> Role.READER, request -> null));
    }
  }

  private void allow(Role role, MethodDescriptor<?, ?>... methods) {
    for (MethodDescriptor<?, ?> method : methods) {
      rule(method, new RpcRule(role, request -> role, namedRepository(method)));
    }
  }

  private void rule(MethodDescriptor<?, ?> method, RpcRule rule) {
    rules.put(method.getFullMethodName(), rule);
  }

  private static Descriptor prototype(MethodDescriptor<?, ?> method) {
    var marshaller = (MethodDescriptor.PrototypeMarshaller<?>) method.getRequestMarshaller();
    Message prototype = (Message) Objects.requireNonNull(marshaller.getMessagePrototype());
    return prototype.getDescriptorForType();
  }

  private static FieldDescriptor field(Descriptor message, String name) {
    FieldDescriptor field = message.findFieldByName(name);
    if (field == null) {
      throw new IllegalStateException(message.getFullName() + " has no field " + name);
    }
    return field;
  }

  private static Function<Message, @Nullable String> namedRepository(
      MethodDescriptor<?, ?> method) {
    FieldDescriptor repository = field(prototype(method), REPOSITORY);
    return request -> orDefault((String) request.getField(repository));
  }

  private static Function<Message, @Nullable String> headerRepository(Descriptor request) {
    FieldDescriptor header = field(request, "header");
    FieldDescriptor repository = field(header.getMessageType(), REPOSITORY);
    return message ->
        message.hasField(header)
            ? orDefault((String) ((Message) message.getField(header)).getField(repository))
            : null;
  }

  private static String orDefault(String repositoryId) {
    return repositoryId.isEmpty() ? DEFAULT_REPOSITORY : repositoryId;
  }

  /** Returns the rule of an RPC; null if it has none. */
  public @Nullable RpcRule of(String fullMethodName) {
    return rules.get(fullMethodName);
  }

  /**
   * Requires a rule for each of these RPCs.
   *
   * @throws IllegalStateException if one has none
   */
  public void requireAll(Collection<? extends MethodDescriptor<?, ?>> methods) {
    for (MethodDescriptor<?, ?> method : methods) {
      if (of(method.getFullMethodName()) == null) {
        throw new IllegalStateException("no role is set for " + method.getFullMethodName());
      }
    }
  }
}
