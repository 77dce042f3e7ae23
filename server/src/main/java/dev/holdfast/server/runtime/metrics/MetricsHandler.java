package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics} as Prometheus text, or as OpenMetrics text to a client that asks for it.
 */
final class MetricsHandler implements AdminHandler {
  private static final String PATH = "/metrics";

  private final PrometheusRegistry registry;
  private final ExpositionFormats formats = ExpositionFormats.init();

  MetricsHandler(PrometheusRegistry registry) {
    this.registry = registry;
  }

  @Override
  public @Nullable AdminResponse respond(AdminRequest request) {
    if (!request.path().equals(PATH) || !request.method().equals("GET")) {
      return null;
    }
    String accept = request.header("accept");
    ExpositionFormatWriter writer =
        accept != null && formats.getOpenMetricsTextFormatWriter().accepts(accept)
            ? formats.getOpenMetricsTextFormatWriter()
            : formats.getPrometheusTextFormatWriter();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try {
      writer.write(body, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new AdminResponse(200, writer.getContentType(), body.toByteArray(), Map.of());
  }
}
