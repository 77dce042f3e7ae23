package dev.holdfast.it.page;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gets pages of a server, with the cookie that it was given last. Follows no redirections. */
final class Browser {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Pattern DATA = Pattern.compile("<data value=\"(\\d+)\"");

  private final int port;
  private String cookie = "";

  Browser(int port) {
    this.port = port;
  }

  HttpResponse<String> get(String link) throws IOException, InterruptedException {
    return send(request(link).GET());
  }

  HttpResponse<String> post(String link, String form) throws IOException, InterruptedException {
    return send(
        request(link)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  private HttpRequest.Builder request(String link) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + link))
            .timeout(Duration.ofSeconds(60));
    return cookie.isEmpty() ? request : request.header("Cookie", "other=1; " + cookie);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    response
        .headers()
        .firstValue("Set-Cookie")
        .ifPresent(set -> cookie = set.substring(0, set.indexOf(';')));
    return response;
  }

  /** Returns the exact numbers that a part of a page shows, in order. */
  static List<Long> numbers(String html) {
    List<Long> numbers = new ArrayList<>();
    Matcher matcher = DATA.matcher(html);
    while (matcher.find()) {
      numbers.add(Long.parseLong(matcher.group(1)));
    }
    return numbers;
  }

  /** Returns the rows of the first table of a page. */
  static List<String> rows(String html) {
    int start = html.indexOf("<tbody");
    if (start < 0) {
      return List.of();
    }
    String body = html.substring(start, html.indexOf("</tbody>", start));
    return List.of(body.split("<tr", -1)).subList(1, body.split("<tr", -1).length);
  }
}
