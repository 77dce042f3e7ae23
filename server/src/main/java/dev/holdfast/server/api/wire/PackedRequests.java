package dev.holdfast.server.api.wire;

import io.grpc.Codec;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import java.io.InputStream;

/**
 * Passes compressed requests on without unpacking them: unpacking a few kilobytes may take as long
 * as a thousand calls, so it must not run on the network thread.
 */
public final class PackedRequests implements Decompressor {
  private PackedRequests() {}

  /** Returns the compressions that requests may use. */
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
