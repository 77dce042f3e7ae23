package dev.holdfast.server.runtime.security.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of TLS, in PEM.
 *
 * @param certificate the server's certificate, followed by its issuers
 * @param key the private key of the certificate, as PKCS#8
 * @param clientCa the authorities whose client certificates are accepted; null if clients need none
 */
public record TlsFiles(Path certificate, Path key, @Nullable Path clientCa) {
  /** Returns all files, in the order in which {@link TlsMaterial#parse} takes their contents. */
  public List<Path> paths() {
    List<Path> paths = new ArrayList<>(List.of(certificate, key));
    if (clientCa != null) {
      paths.add(clientCa);
    }
    return paths;
  }
}
