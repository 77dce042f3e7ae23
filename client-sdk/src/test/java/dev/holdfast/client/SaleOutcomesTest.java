package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.SaleUnsettledException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.testing.rpc.FakeServer;
import io.grpc.Status.Code;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Sales whose calls have an unknown outcome: each is sent again until it is answered. */
class SaleOutcomesTest extends SaleFixture {
  @Test
  void aSaleWithoutAServerIsNoSale() {
    fail(SELL, draining);
    assertThrows(UnavailableException.class, () -> sale().run(steps));
    assertEquals(List.of("SellSlot"), calls());
  }

  @Test
  void anUnknownSaleIsSentAgainUntilItIsAnswered() throws Exception {
    var unauthenticated = FakeServer.error(Code.UNAUTHENTICATED, "UNAUTHENTICATED", Map.of());
    fail(SELL, unknown, draining, unauthenticated);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    List<Message> sent = sent("SellSlot");
    assertEquals(4, sent.size());
    assertEquals(1, Set.copyOf(sent).size());
  }

  @Test
  void anUnknownSaleThatTurnsOutReleasedIsToldSo() {
    fail(SELL, unknown, FakeServer.error(Code.ABORTED, "RESERVATION_RELEASED", Map.of()));
    assertThrows(ReservationReleasedException.class, () -> sale().run(steps));
    assertEquals(List.of("SellSlot", "SellSlot"), calls());
  }

  @Test
  void aSaleThatStaysUnknownSaysWhatTheLedgerMayHold() {
    server.fail(SELL, unknown);
    var brief = sale().withPatience(Duration.ofMillis(300));
    var e = assertThrows(OutcomeUnknownException.class, () -> brief.run(steps));
    assertEquals("mine", e.operationId());
    assertTrue(e.getMessage().contains("lease of PT1M"), e.getMessage());
    assertEquals(List.of(), steps.done);
  }

  @Test
  void anUnknownFillIsSentAgainUntilItIsAnswered() throws Exception {
    fill(unknown, draining, unknown);
    assertInstanceOf(SaleResult.Sold.class, sale().run(steps));
    List<Message> sent = sent("FillSlot");
    assertEquals(4, sent.size());
    assertEquals(1, Set.copyOf(sent).size());
  }

  @Test
  void aFillThatStaysUnknownIsNeverReleased() {
    server.fail(FILL, unknown);
    var brief = sale().withPatience(Duration.ofMillis(300));
    var e = assertThrows(SaleUnsettledException.class, () -> brief.run(steps));
    assertInstanceOf(OutcomeUnknownException.class, e.getCause());
    assertFalse(calls().contains("ReleaseSlot"));
  }

  @Test
  void anUnknownReleaseIsSentAgainUntilItIsAnswered() throws Exception {
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    release(unknown, draining);
    assertSame(failure, assertThrows(IOException.class, () -> sale().run(steps)));
    assertEquals(0, failure.getSuppressed().length);
    List<Message> sent = sent("ReleaseSlot");
    assertEquals(3, sent.size());
    assertEquals(1, Set.copyOf(sent).size());
  }

  @Test
  void aReleaseThatStaysUnknownIsSuppressed() {
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    server.fail(RELEASE, unknown);
    var brief = sale().withPatience(Duration.ofMillis(300));
    assertSame(failure, assertThrows(IOException.class, () -> brief.run(steps)));
    var suppressed = assertInstanceOf(OutcomeUnknownException.class, failure.getSuppressed()[0]);
    assertTrue(suppressed.getMessage().contains("lease of PT1M"), suppressed.getMessage());
  }

  @Test
  void aReleaseThatFindsNothingIsFineAndOneThatIsRefusedIsSuppressed() {
    var failure = new IOException("of a step");
    steps.prepare = () -> sneak(failure);
    release(notFound);
    assertSame(failure, assertThrows(IOException.class, () -> sale().run(steps)));
    assertEquals(0, failure.getSuppressed().length);
    release(slotFilled);
    assertSame(failure, assertThrows(IOException.class, () -> sale().run(steps)));
    assertEquals(1, failure.getSuppressed().length);
  }
}
