package dev.holdfast.it.page;

import static dev.holdfast.it.page.Browser.numbers;
import static dev.holdfast.it.page.Browser.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what the page shows: the numbers of the RPCs, and no HTML of a client. */
class PageTest {
  private static final String HOSTILE = "<script>alert('1')</script>&\"../..";
  private static final int SLOTS = 250;

  @TempDir private static Path directory;
  private static ServerProcess server;
  private static Stubs stubs;
  private static Browser browser;

  @BeforeAll
  static void fill() throws Exception {
    server = ServerProcess.start(directory.resolve("data"), "--admin-listen", "127.0.0.1:0");
    stubs = new Stubs(server.target());
    browser = new Browser(server.adminPort());
    var unused = stubs.repositories().createRepository(Requests.createRepository("a", 1_000_000));
    for (int i = 0; i < 60; i++) {
      unused = stubs.repositories().createRepository(Requests.createRepository("b" + (100 + i), 9));
    }
    var unusedUnassigned = stubs.repositories().reserve(Requests.reserve("a", 11, ""));
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < SLOTS; i++) {
      Slot slot = Requests.slot("r", i);
      operations.add(
          Requests.operation(
              Requests.reserveSlot("", slot, 10 + i, "").toBuilder()
                  .setLease(Requests.millis(3_600_000))
                  .build()));
      if (i % 2 == 0) {
        operations.add(Requests.operation(Requests.fillSlot("", slot, 0, "")));
      }
    }
    var unusedApplied = stubs.reservations().apply(Requests.apply("a", true, operations));
    var unusedHostile =
        stubs
            .reservations()
            .reserveSlot(Requests.reserveSlot("a", Requests.slot(HOSTILE, -1), 1, ""));
    var unusedOffer =
        stubs
            .sales()
            .putOffer(SalesFixture.putting("a", SalesFixture.offer("<b>").setEnabled(true)));
  }

  @AfterAll
  static void stop() {
    stubs.close();
    server.close();
  }

  private static String get(String link) throws Exception {
    HttpResponse<String> response = browser.get(link);
    assertEquals(200, response.statusCode(), response.body());
    return response.body();
  }

  private static Repository repository() {
    return stubs.repositories().getRepository(Requests.getRepository("a")).getRepository();
  }

  private static List<Reservation> reservations(ReservationState state) {
    return stubs
        .reservations()
        .listReservations(
            ListReservationsRequest.newBuilder()
                .setRepositoryId("a")
                .setState(state)
                .setPageSize(1000)
                .build())
        .getReservationsList();
  }

  private static long bytes(ReservationState state) {
    return reservations(state).stream().mapToLong(Reservation::getAmountBytes).sum();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void theNumbersOfARepositoryAreThoseOfTheRpcs() throws Exception {
    Repository repository = repository();
    List<Long> expected =
        List.of(
            bytes(ReservationState.RESERVATION_STATE_FILLED),
            bytes(ReservationState.RESERVATION_STATE_RESERVED),
            repository.getUnassignedBytes(),
            repository.getAvailableBytes(),
            repository.getCapacityBytes(),
            repository.getReservationCount());
    assertEquals(expected, numbers(rows(get("/")).get(0)));
    List<Long> shown = numbers(get("/repositories/a"));
    assertEquals(expected, shown.subList(0, 6));
    assertEquals(repository.getRevision(), shown.get(6));
  }

  @Test
  void eachRepositoryIsOnOnePage() throws Exception {
    List<String> first = rows(get("/"));
    assertEquals(50, first.size());
    assertTrue(get("/").contains("href=\"/?after=b148\""), "the next page");
    List<String> second = rows(get("/?after=b148"));
    assertEquals(11, second.size());
    assertTrue(second.get(0).contains("/repositories/b149"), second.get(0));
    assertFalse(get("/?after=b148").contains("rel=\"next\""), "there is no further page");
  }

  @Test
  void eachSlotIsOnOnePage() throws Exception {
    List<Reservation> all = reservations(ReservationState.RESERVATION_STATE_UNSPECIFIED);
    int seen = 0;
    String link = "/repositories/a";
    while (!link.isEmpty()) {
      String page = get(link);
      for (String row : rows(page)) {
        Reservation expected = all.get(seen++);
        assertEquals(expected.getAmountBytes(), numbers(row).get(0));
        assertTrue(row.contains(">" + expected.getGeneration() + "<"), row);
      }
      int next = page.indexOf("rel=\"next\" href=\"");
      link = next < 0 ? "" : page.substring(next + 17, page.indexOf('"', next + 17));
      link = link.replace("&amp;", "&");
    }
    assertEquals(all.size(), seen);
  }

  @Test
  void slotsAreFiltered() throws Exception {
    assertEquals(100, rows(get("/repositories/a?state=filled")).size());
    for (String row : rows(get("/repositories/a?state=filled"))) {
      assertTrue(row.contains(">filled<"), row);
    }
    assertEquals(1, rows(get("/repositories/a?request=" + encoded(HOSTILE))).size());
    assertEquals(0, rows(get("/repositories/a?request=" + encoded("r/0"))).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/slot", "/events", "/offers", "/events/rows"})
  void nothingOfAClientIsHtml(String page) throws Exception {
    String query = "?after=0&request=" + encoded(HOSTILE) + "&index=18446744073709551615&size=2";
    if (page.isEmpty() || page.equals("/offers")) {
      query = query.replace("after=0&", "");
    }
    if (page.equals("/events") || page.equals("/events/rows")) {
      query = "?after=" + (repository().getRevision() - 1);
    }
    String html = get("/repositories/a" + page + query);
    assertFalse(html.contains("<script>"), html);
    assertFalse(html.contains("<b>"), html);
    assertTrue(
        html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;../.."), html);
  }

  @Test
  void theStoryOfASlot() throws Exception {
    String story = get("/repositories/a/slot?request=r&index=2");
    assertEquals(2, rows(story).size());
    assertTrue(rows(story).get(0).contains("reserved") && rows(story).get(1).contains("filled"));
    String none = get("/repositories/a/slot?request=r&index=" + SLOTS);
    assertTrue(none.contains("It has no reservation now."), none);
  }

  @Test
  void newEventsComeAsRows() throws Exception {
    long before = repository().getRevision();
    assertEquals("", get("/repositories/a/events/rows?after=" + before));
    var unusedReserved =
        stubs.reservations().reserveSlot(Requests.reserveSlot("a", Requests.slot("n", 0), 1, ""));
    var unusedReleased =
        stubs.reservations().releaseSlot(Requests.releaseSlot("a", Requests.slot("n", 0), 0, ""));
    String rows = get("/repositories/a/events/rows?after=" + before);
    assertTrue(rows.startsWith("<tr data-revision=\"" + (before + 2) + "\">"), rows);
    assertTrue(rows.contains("<tr data-revision=\"" + (before + 1) + "\">"), rows);
    String events = get("/repositories/a/events");
    assertTrue(events.contains("data-revision=\"" + (before + 2) + "\""), events);
    assertEquals(100, rows(events).size());
    String older = get("/repositories/a/events?to=" + (before - 300));
    assertTrue(rows(older).get(0).contains("data-revision=\"" + (before - 300) + "\""), older);
  }

  @Test
  void ofManyNewEventsTheNewestComeAsRows() throws Exception {
    long newest = repository().getRevision();
    String rows = get("/repositories/a/events/rows?after=1");
    assertTrue(rows.startsWith("<tr data-revision=\"" + newest + "\">"), "the newest is first");
    String last = rows.substring(rows.lastIndexOf("<tr"));
    assertTrue(last.contains("href=\"/repositories/a/events?to=" + (newest - 100) + "\""), last);
    assertTrue(last.contains("Revisions 2 to " + (newest - 100) + "</a> are left out"), last);
    // The script asks for what follows the first row, so a page of new events has them all.
    assertFalse(
        get("/repositories/a/events/rows?after=" + (newest - 100)).contains("left out"),
        "100 new events fit");
  }

  @Test
  void whyOffersDecline() throws Exception {
    String declined = get("/repositories/a/offers?size=1&duration=1d&price=9");
    assertTrue(declined.contains("price too low"), declined);
    String sold = get("/repositories/a/offers?size=1&duration=1d&price=10");
    assertTrue(sold.contains("Offer <strong>&lt;b&gt;</strong> would sell a slot."), sold);
    String wrong = get("/repositories/a/offers?size=big&duration=1d&price=10");
    assertTrue(wrong.contains("use for example 1TiB"), wrong);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/repositories/a?state=gone",
        "/repositories/a?after=x",
        "/repositories/a?request=%20%C3%A4",
        "/repositories/a/slot",
        "/repositories/a/slot?request=r&index=-1",
        "/repositories/a/events?to=x",
        "/repositories/a/events?to=18446744073709551615"
      })
  void aWrongParameterIsToldApart(String link) throws Exception {
    HttpResponse<String> response = browser.get(link);
    assertEquals(400, response.statusCode(), response.body());
    assertTrue(response.body().contains("Not understood"), response.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/repositories/none", "/repositories/a/none", "/repositories/", "/assets/none"})
  void whatIsNotThereIsNotFound(String link) throws Exception {
    assertEquals(404, browser.get(link).statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/repositories/none", "/assets/page.css", "/login"})
  void everyResponseForbidsWhatThePageDoesNotNeed(String link) throws Exception {
    HttpResponse<String> response = browser.get(link);
    String policy = response.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertEquals("nosniff", response.headers().firstValue("X-Content-Type-Options").orElse(""));
    assertEquals("no-store", response.headers().firstValue("Cache-Control").orElse(""));
  }

  @Test
  void withoutTokensThereIsNothingToLogInTo() throws Exception {
    HttpResponse<String> login = browser.get("/login");
    assertEquals(303, login.statusCode());
    assertEquals("/", login.headers().firstValue("Location").orElse(""));
    assertEquals(405, browser.get("/logout").statusCode());
    assertEquals(405, browser.post("/", "").statusCode());
  }
}
