package dev.holdfast.server.api.wire;

import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.InputStream;

/**
 * Hands compressed requests on as they are: unpacking a few kilobytes may take as long as a
 * thousand calls, so it is not done on the network thread.
 */
public final class PackedRequests implements Decompressor {
  private PackedRequests() {}

  /** What the requests of a server may be compressed with. */
  public static DecompressorRegistry registry() {
    return DecompressorRegistry.emptyInstance()
        .with(Codec.Identity.NONE, false)
        .with(new PackedRequests(), true);
  }

  @Override
  public String getMessageEncoding() {
    return "gzip";
  }

  @Override
  public InputStream decompress(InputStream packed) {
    return packed;
  }
}
