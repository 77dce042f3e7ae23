package dev.holdfast.it.operator;

import static dev.holdfast.it.operator.Commands.message;
import static dev.holdfast.it.operator.Commands.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.SellSlotResponse;
import dev.holdfast.v1.Slot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what the commands print, and that their JSON is the messages that the server sends. */
class OperatorTest {
  private static final long GIB = 1L << 30;
  private static final Slot FILLED = Requests.slot("r/1", 0);
  private static final Slot LEASED = Requests.slot("r", -1);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private SalesFixture sales;
  private RepositoryFixture ledger;

  @BeforeEach
  void fill() {
    sales = SalesFixture.of(SERVER, 100 * GIB);
    ledger = sales.repository();
    var unused = ledger.reserveUnassigned(GIB, "");
    Reservation first = ledger.reserve(FILLED, 3 * GIB, "");
    var unusedFilled = ledger.fill(FILLED, first.getGeneration(), "");
    var unusedLeased =
        ledger.reserve(ledger.reserving(LEASED, 512, "").setLease(Requests.millis(3_600_000)));
    var unusedOffer =
        sales.put(
            SalesFixture.offer("cold")
                .setTotalBytes(GIB)
                .setMaxDuration(Requests.millis(90_061_500))
                .setMaxCollateralPerByte("7")
                .setUntil(Timestamp.newBuilder().setSeconds(4_000_000_000L))
                .setEnabled(true));
  }

  private ProgramResult run(String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--repository=" + ledger.id());
    return Commands.run(SERVER.server().target(), all.toArray(new String[0]));
  }

  private String ok(String... words) {
    ProgramResult result = run(words);
    assertEquals("", result.err());
    assertEquals(0, result.exit());
    return result.out();
  }

  @Test
  void statusForAPerson() {
    List<String> lines = ok("status").lines().toList();
    assertEquals("server " + SERVER.server().target() + ": SERVING", lines.get(0));
    assertEquals(
        List.of(
            "REPOSITORY",
            "CAPACITY",
            "RESERVED",
            "UNASSIGNED",
            "FREE",
            "RESERVATIONS",
            "OFFERS",
            "REVISION"),
        List.of(lines.get(1).split(" {2,}", -1)));
    assertEquals(
        List.of(ledger.id(), "100 GiB", "4.00 GiB", "1.00 GiB", "96.0 GiB", "2", "1", "5"),
        List.of(lines.get(2).split(" {2,}", -1)));
    assertEquals(3, lines.size());
  }

  @Test
  void statusForAScript() throws Exception {
    List<String> lines = ok("status", "--json").lines().toList();
    assertEquals(
        "{\"server\":\"" + SERVER.server().target() + "\",\"health\":\"SERVING\"}", lines.get(0));
    assertEquals(ledger.repository(), message(lines.get(1), Repository.getDefaultInstance()));
    assertTrue(lines.get(1).contains("\"capacityBytes\":\"107374182400\""), lines.get(1));
    assertTrue(lines.get(1).contains("\"offerCount\":\"1\""), lines.get(1));
  }

  @Test
  void statusHasEveryRepository() {
    String one = SERVER.newRepository(1);
    String all = Commands.run(SERVER.server().target(), "status").out();
    assertTrue(all.contains(ledger.id()) && all.contains(one), all);
  }

  @Test
  void reservationsForAPerson() {
    List<List<String>> rows = rows(ok("reservations"));
    assertEquals(2, rows.size());
    assertEquals(List.of("r/18446744073709551615", "RESERVED", "512 B"), rows.get(0).subList(0, 3));
    assertEquals(List.of("r/1/0", "FILLED", "3.00 GiB"), rows.get(1).subList(0, 3));
    assertTrue(
        rows.get(0).get(5).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"), rows::toString);
  }

  @Test
  void reservationsForAScript() throws Exception {
    List<Reservation> read = new ArrayList<>();
    for (String line : ok("reservations", "--json").lines().toList()) {
      read.add(message(line, Reservation.getDefaultInstance()));
    }
    assertEquals(List.of(ledger.get(LEASED), ledger.get(FILLED)), read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --state filled          | r/1/0
          --state RESERVED        | r/18446744073709551615
          --request r/1           | r/1/0
          --limit 1               | r/18446744073709551615
          --older-than 1h         |
          """)
  void reservationsAreSelected(String flags, String slot) {
    List<String> words = new ArrayList<>(List.of("reservations"));
    words.addAll(List.of(flags.split(" ", -1)));
    List<String> slots =
        rows(ok(words.toArray(new String[0]))).stream().map(row -> row.get(0)).toList();
    assertEquals(slot == null ? List.of() : List.of(slot), slots);
  }

  @Test
  void olderReservationsAreSelectedToo() throws Exception {
    dev.holdfast.testing.Poll.until(
        "a reservation is older than 1 ms",
        () -> rows(ok("reservations", "--older-than", "1ms")).size() == 2);
  }

  @Test
  void moreReservationsThanAPage() {
    List<Operation> reserves = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      reserves.add(Requests.operation(Requests.reserveSlot("", Requests.slot("many", i), 1, "")));
    }
    for (int i = 0; i < 5; i++) {
      var unused = ledger.apply(true, reserves.subList(i * 500, i * 500 + 500));
    }
    assertEquals(2500, rows(ok("reservations", "--request", "many")).size());
    assertEquals(1234, rows(ok("reservations", "--request", "many", "--limit", "1234")).size());
  }

  @Test
  void eventsForAPerson() {
    List<List<String>> rows = rows(ok("events"));
    assertEquals(
        List.of("CAPACITY", "UNASSIGNED", "RESERVED", "FILLED", "RESERVED"),
        rows.stream().map(row -> row.get(2)).toList());
    assertEquals(
        List.of("FILLED", "r/1/0", "3.00 GiB", "96.0 GiB", "generation 3"),
        rows.get(3).subList(2, 7));
  }

  @Test
  void eventsForAScript() throws Exception {
    var unused = ledger.release(LEASED, 0, "");
    List<Event> read = new ArrayList<>();
    for (String line : ok("events", "--json").lines().toList()) {
      read.add(message(line, Event.getDefaultInstance()));
    }
    ListEventsRequest request = ListEventsRequest.newBuilder().setRepositoryId(ledger.id()).build();
    assertEquals(SERVER.reservations().listEvents(request).getEventsList(), read);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          r/1/0                   | 3 4
          r/1                     |
          --request r/1           | 3 4
          r                       | 5
          r/18446744073709551615  | 5
          --after 3               | 4 5
          """)
  void eventsAreSelected(String flags, String revisions) {
    List<String> words = new ArrayList<>(List.of("events"));
    words.addAll(List.of(flags.split(" ", -1)));
    List<String> found =
        rows(ok(words.toArray(new String[0]))).stream().map(row -> row.get(0)).toList();
    assertEquals(revisions == null ? "" : revisions, String.join(" ", found));
  }

  @Test
  void offersForAPersonAndAScript() throws Exception {
    assertEquals(
        List.of(
            List.of(
                "cold",
                "yes",
                "1.00 GiB",
                "0 B",
                "-",
                "-",
                "1d 1h",
                "10",
                "7",
                "2096-10-02T07:06:40Z")),
        rows(ok("offers")));
    assertEquals(sales.get("cold"), message(ok("offers", "--json"), Offer.getDefaultInstance()));
  }

  @Test
  void whyAnOfferDeclines() throws Exception {
    String[] words = {"why", "--slot-size=2GiB", "--duration=1h", "--price=10", "--slots=3"};
    ProgramResult declined = run(words);
    assertEquals(5, declined.exit());
    List<String> row = rows(declined.out()).get(0);
    assertEquals(List.of("cold", "OFFER_SOLD_OUT"), row.subList(0, 2));
    assertTrue(row.get(2).contains("1073741824 left"), row::toString);

    String[] json = {"why", "--slot-size=1", "--duration=1h", "--price=9", "--json"};
    declined = run(json);
    assertEquals(5, declined.exit());
    SellSlotResponse response = message(declined.out(), SellSlotResponse.getDefaultInstance());
    assertEquals("DECLINE_REASON_PRICE_TOO_LOW", response.getDeclines(0).getReason().name());
    assertEquals(ledger.available().getAvailableBytes(), response.getAvailableBytes());
  }

  @Test
  void whichOfferWouldSell() throws Exception {
    String[] words = {
      "why",
      "--slot-size=1GiB",
      "--duration=1h",
      "--price=10",
      "--collateral=7",
      "--end-time=2096-10-02T07:06:40Z"
    };
    assertEquals("offer cold would sell a slot\n", ok(words));
    String[] most = {
      "why", "--slot-size=1", "--duration=1h", "--price=10", "--slots=18446744073709551615"
    };
    assertEquals("offer cold would sell a slot\n", ok(most));
    String[] json = {"why", "--slot-size=1", "--duration=1h", "--price=10", "--json"};
    SellSlotResponse response = message(ok(json), SellSlotResponse.getDefaultInstance());
    assertTrue(response.getSold());
    assertEquals("cold", response.getOfferId());
    assertEquals(5, ledger.repository().getRevision(), "nothing was sold");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reservations --state released                       | reserved or filled
          reservations --limit 0                              | for example 100
          reservations --older-than soon                      | for example 7d
          reservations --request {128+}                       | 1 to 128 characters
          events r/1/99999999999999999999                     | 2^64
          events --until-free r                               | REQUEST/INDEX
          events --after -1                                   | 0 or more
          why --duration 1h --price 1                         | --slot-size
          why --slot-size 1 --duration 1h --price much        | 2^256-1
          why --slot-size 1 --duration 1h --price 1 --end-time then | 2027-01-31T12:00:00Z
          why --slot-size 1 --duration 1h --price 1 --slots 0 | 1 or more
          why --slot-size 1 --duration 1h --price 1 --slots +1 | 1 or more
          why --slot-size 1 --duration 1h --price 1 --slots 18446744073709551616 | below 2^64
          offers --tls-cert /nowhere                          | give both
          offers --tls-ca /nowhere                            | /nowhere
          offers --token-file /nowhere                        | /nowhere
          offers --deadline never                             | for example 7d
          """)
  void wrongWordsSayWhatToWrite(String words, String instead) {
    ProgramResult refused = run(words.replace("{128+}", "x".repeat(129)).split(" ", -1));
    assertEquals(2, refused.exit(), refused.toString());
    assertTrue(refused.err().contains(instead), refused.err());
    assertEquals("", refused.out());
  }

  @Test
  void aMissingRepositoryIsAFailure() {
    ProgramResult refused =
        Commands.run(SERVER.server().target(), "events", "--repository=nowhere");
    assertEquals(1, refused.exit());
    assertTrue(refused.err().startsWith("holdfast: "), refused.err());
    assertTrue(refused.err().contains("REPOSITORY_NOT_FOUND"), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
    assertFalse(refused.err().contains("Exception"), refused.err());
  }
}
