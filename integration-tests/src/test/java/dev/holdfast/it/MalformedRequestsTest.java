package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SellSlotRequest;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that no generated code sends: they are refused, and the log is not filled with them. */
class MalformedRequestsTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private static final MethodDescriptor<?, ?> APPLY = ReservationsServiceGrpc.getApplyMethod();
  private static final int LARGEST_BYTES = 16 * 1024 * 1024;
  private static final int LARGE_BYTES = 100_000;

  /** Tags, in bytes: the field's number, and that its length comes before it. */
  private static final int FIRST_FIELD = 1 << 3 | 2;

  private static final int SECOND_FIELD = 2 << 3 | 2;
  private static final int UNKNOWN_FIELD = 15 << 3 | 2;

  private static Channel channel() {
    return SERVER.stubs().channel();
  }

  static List<MethodDescriptor<?, ?>> methods() {
    return Stream.of(
            RepositoryServiceGrpc.getServiceDescriptor(),
            ReservationsServiceGrpc.getServiceDescriptor(),
            SalesServiceGrpc.getServiceDescriptor(),
            DatastoreServiceGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor(),
            ServerReflectionGrpc.getServiceDescriptor())
        .map(ServiceDescriptor::getMethods)
        .<MethodDescriptor<?, ?>>flatMap(methods -> methods.stream().map(method -> method))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aRequestThatIsCutOffIsABadArgument(MethodDescriptor<?, ?> method) throws Exception {
    int logged = SERVER.server().log().length();
    byte[] cutOff = {FIRST_FIELD, 100, 'x'};
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> RawCalls.call(channel(), method, cutOff));
    assertTrue(refused.message().contains("is truncated"), refused.message());
    assertEquals(logged, SERVER.server().log().length());
  }

  @Test
  void aStringThatIsNotUtf8IsNamedByItsPath() throws Exception {
    int logged = SERVER.server().log().length();
    byte[] slot = field(FIRST_FIELD, (byte) 0xff);
    byte[] reserve = field(SECOND_FIELD, slot);
    notUtf8("slot.request_id", ReservationsServiceGrpc.getReserveSlotMethod(), reserve);
    byte[] first = field(SECOND_FIELD, field(FIRST_FIELD, new byte[0]));
    byte[] second = field(SECOND_FIELD, field(FIRST_FIELD, reserve));
    notUtf8("operations[1].reserve_slot.slot.request_id", APPLY, join(first, second));
    byte[] large = field(UNKNOWN_FIELD, new byte[LARGE_BYTES]);
    notUtf8("operations[1].reserve_slot.slot.request_id", APPLY, join(large, first, second));
    assertEquals(logged, SERVER.server().log().length());
  }

  private static void notUtf8(String field, MethodDescriptor<?, ?> method, byte[] request) {
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> RawCalls.call(channel(), method, request));
    assertEquals(List.of(field), refused.fields());
    assertTrue(refused.message().contains("UTF-8"), refused.message());
  }

  @Test
  void millionsOfEmptyOperationsInAFewKilobytesAreCountedAndRefused() throws Exception {
    byte[] empty = field(SECOND_FIELD, new byte[0]);
    int count = LARGEST_BYTES / empty.length;
    byte[] request = new byte[count * empty.length];
    for (int i = 0; i < count; i++) {
      System.arraycopy(empty, 0, request, i * empty.length, empty.length);
    }
    RepositoryFixture other = RepositoryFixture.of(SERVER, Long.MAX_VALUE);
    for (int i = 0; i < 10; i++) {
      Refusal refused =
          Refusal.expect("INVALID_ARGUMENT", () -> RawCalls.callPacked(channel(), APPLY, request));
      assertEquals(List.of("operations"), refused.fields());
      assertTrue(refused.message().contains(Integer.toString(count)), refused.message());
      other.reserve(Requests.slot("between", i), 1, "op");
    }
  }

  @Test
  void moreExcludedSlotsThanASaleTakesAreCountedAndRefused() {
    SellSlotRequest.Builder request = SellSlotRequest.newBuilder();
    for (int i = 0; i <= 1_000_000; i++) {
      request.addExcludedSlotIndexes(i);
    }
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> SERVER.sales().sellSlot(request.build()));
    assertEquals(List.of("excluded_slot_indexes"), refused.fields());
    assertTrue(refused.message().contains("1000001"), refused.message());
  }

  @Test
  void whatUnpacksToMoreThanTheLargestRequestIsRefused() {
    byte[] request = new byte[LARGEST_BYTES + 1];
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> RawCalls.callPacked(channel(), APPLY, request));
    assertTrue(refused.message().contains(Integer.toString(LARGEST_BYTES)), refused.message());
  }

  @Test
  void aCompressedRequestIsTakenLargeAndSmall() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, Long.MAX_VALUE);
    for (int count : List.of(1, 2000)) {
      ApplyRequest.Builder request = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
      for (int i = 0; i < count; i++) {
        request.addOperations(
            Requests.operation(
                ledger
                    .reserving(Requests.slot("packed-" + count, i), 1, "operation-" + i)
                    .build()));
      }
      byte[] answer = RawCalls.callPacked(channel(), APPLY, request.build().toByteArray()).get(0);
      assertEquals(count, ApplyResponse.parseFrom(answer).getResultsCount());
    }
    assertEquals(2001, ledger.available().getReservedBytes());
  }

  @Test
  void fieldsFromANewerContractAreIgnoredHoweverManyTheyAre() throws Exception {
    byte[] unknown = field(UNKNOWN_FIELD, new byte[0]);
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(field(FIRST_FIELD, RepositoryFixture.of(SERVER, 1).id().getBytes(UTF_8)));
    while (request.size() < LARGE_BYTES) {
      request.write(unknown);
    }
    byte[] answer = RawCalls.call(channel(), APPLY, request.toByteArray()).get(0);
    assertEquals(0, ApplyResponse.parseFrom(answer).getResultsCount());
  }

  @Test
  void theMessagesOfAStreamKeepTheirOrderHoweverLargeTheyAre() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, Long.MAX_VALUE);
    ReconcileRequest header =
        ReconcileRequest.newBuilder()
            .setHeader(ReconcileHeader.newBuilder().setRepositoryId(ledger.id()).setAsOfRevision(1))
            .build();
    List<byte[]> answers =
        RawCalls.call(
            channel(),
            ReservationsServiceGrpc.getReconcileMethod(),
            header.toByteArray(),
            observed(0, 3000).toByteArray(),
            observed(3000, 1).toByteArray(),
            observed(3001, 3000).toByteArray());
    assertEquals(6001, ReconcileResponse.parseFrom(answers.get(0)).getAdoptedCount3());
    Refusal twice =
        Refusal.expect(
            "INVALID_ARGUMENT",
            () ->
                RawCalls.call(
                    channel(),
                    ReservationsServiceGrpc.getReconcileMethod(),
                    header.toByteArray(),
                    observed(0, 3000).toByteArray(),
                    new byte[] {FIRST_FIELD, 100, 'x'},
                    observed(0, 3000).toByteArray()));
    assertEquals(List.of("header"), twice.fields());
  }

  private static ReconcileRequest observed(int first, int count) {
    ObservedSlots.Builder slots = ObservedSlots.newBuilder();
    for (int i = first; i < first + count; i++) {
      slots.addSlots(
          ObservedSlot.newBuilder()
              .setSlot(Requests.slot("observed".repeat(4), i))
              .setAmountBytes(1));
    }
    return ReconcileRequest.newBuilder().setObserved(slots).build();
  }

  private static byte[] field(int tag, byte... value) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeUInt32NoTag(tag);
    out.writeBytesNoTag(ByteString.copyFrom(value));
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(joined::writeBytes);
    return joined.toByteArray();
  }
}
