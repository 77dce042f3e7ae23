package dev.holdfast.it.security;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SellSlotRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each role may call, for every RPC that the server has. */
class RolesTest {
  private static final List<String> ROLES = List.of("reader", "writer", "admin");
  private static final Map<String, String> NEEDED = new HashMap<>();

  static {
    needs("reader", "RepositoryService", "GetRepository ListRepositories Available Verify");
    needs("writer", "RepositoryService", "Reserve Release");
    needs("admin", "RepositoryService", "CreateRepository UpdateRepository DeleteRepository");
    needs(
        "reader", "ReservationsService", "GetReservation ListReservations WatchEvents ListEvents");
    needs(
        "writer",
        "ReservationsService",
        "ReserveSlot RenewLease FillSlot ReleaseSlot EndRequest Apply Reconcile");
    needs("reader", "SalesService", "GetOffer ListOffers");
    needs("writer", "SalesService", "PutOffer DeleteOffer SellSlot");
    needs("reader", "DatastoreService", "Get ListKeys");
    needs("writer", "DatastoreService", "Put Delete");
  }

  private static final Map<String, String> SECRETS = new HashMap<>();

  @TempDir private static Path temp;
  private static ServerProcess server;

  private static void needs(String role, String service, String methods) {
    for (String method : methods.split(" ", -1)) {
      NEEDED.put("holdfast.v1." + service + "/" + method, role);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Tokens tokens = new Tokens(temp.resolve("tokens"));
    for (String role : ROLES) {
      SECRETS.put(role, tokens.add(role, role));
    }
    server = ServerProcess.start(temp.resolve("data"), "--tokens-file", tokens.file().toString());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<ServiceDescriptor> services() {
    return List.of(
        RepositoryServiceGrpc.getServiceDescriptor(),
        ReservationsServiceGrpc.getServiceDescriptor(),
        SalesServiceGrpc.getServiceDescriptor(),
        DatastoreServiceGrpc.getServiceDescriptor());
  }

  private static Stubs caller(@Nullable String token) {
    return new Stubs(server.target(), InsecureChannelCredentials.create(), token);
  }

  @Test
  void theTableIsComplete() {
    Set<String> methods = new HashSet<>();
    for (ServiceDescriptor service : services()) {
      service.getMethods().forEach(method -> methods.add(method.getFullMethodName()));
    }
    assertEquals(methods, NEEDED.keySet());
  }

  @Test
  void everyRpcAsksForItsRole() throws Exception {
    Map<String, Set<String>> allowed = new HashMap<>();
    for (String role : ROLES) {
      try (Stubs stubs = caller(SECRETS.get(role))) {
        for (ServiceDescriptor service : services()) {
          for (MethodDescriptor<?, ?> method : service.getMethods()) {
            String reason = reason(stubs, method);
            assertTrue(!reason.equals("UNAUTHENTICATED"), method.getFullMethodName());
            if (!reason.equals("PERMISSION_DENIED")) {
              allowed
                  .computeIfAbsent(method.getFullMethodName(), name -> new HashSet<>())
                  .add(role);
            }
          }
        }
      }
    }
    Map<String, Set<String>> expected = new HashMap<>();
    NEEDED.forEach(
        (method, role) ->
            expected.put(
                method,
                ROLES.subList(ROLES.indexOf(role), ROLES.size()).stream().collect(toSet())));
    assertEquals(expected, allowed);
  }

  @Test
  void nobodyCallsAnythingWithoutAToken() throws Exception {
    for (String token : new String[] {null, "holdfast_wrong", ""}) {
      try (Stubs stubs = caller(token)) {
        for (ServiceDescriptor service : services()) {
          for (MethodDescriptor<?, ?> method : service.getMethods()) {
            assertEquals("UNAUTHENTICATED", reason(stubs, method), method.getFullMethodName());
          }
        }
        assertEquals(
            "UNAUTHENTICATED", reason(stubs, ServerReflectionGrpc.getServerReflectionInfoMethod()));
      }
    }
  }

  @Test
  void healthIsOpenAndReflectionIsForReaders() throws Exception {
    try (Stubs stubs = caller(null)) {
      assertEquals("", reason(stubs, HealthGrpc.getCheckMethod()));
    }
    try (Stubs stubs = caller(SECRETS.get("reader"))) {
      assertEquals("", reason(stubs, ServerReflectionGrpc.getServerReflectionInfoMethod()));
    }
  }

  @Test
  void aReaderMayAskWhatASaleWouldDo() {
    try (Stubs stubs = caller(SECRETS.get("reader"))) {
      SellSlotRequest asked = SellSlotRequest.newBuilder().setValidateOnly(true).build();
      Refusal.expect("INVALID_ARGUMENT", () -> stubs.sales().sellSlot(asked));
      Refusal.expect(
          "PERMISSION_DENIED",
          () -> stubs.sales().sellSlot(asked.toBuilder().setValidateOnly(false).build()));
    }
  }

  /**
   * Calls an RPC with an empty request. Returns the reason of the contract; empty if the call was
   * answered, or is a stream that had not failed when its first message came.
   */
  @SuppressWarnings("unchecked")
  private static String reason(Stubs stubs, MethodDescriptor<?, ?> descriptor) throws Exception {
    MethodDescriptor<Message, Message> method = (MethodDescriptor<Message, Message>) descriptor;
    Message empty =
        (Message)
            ((PrototypeMarshaller<?>) descriptor.getRequestMarshaller()).getMessagePrototype();
    CompletableFuture<String> reason = new CompletableFuture<>();
    ClientCall<Message, Message> call =
        stubs
            .channel()
            .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Message message) {
            reason.complete("");
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            reason.complete(
                status.isOk()
                    ? ""
                    : Refusal.reasonOf(new StatusRuntimeException(status, trailers)));
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(empty);
    call.halfClose();
    String found = reason.get(60, TimeUnit.SECONDS);
    call.cancel("no longer needed", null);
    return found;
  }
}
