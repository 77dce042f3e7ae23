package dev.holdfast.server.runtime;

import dev.holdfast.server.runtime.serving.Version;
import picocli.CommandLine.IVersionProvider;

/** Provides the text of {@code --version}. */
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"holdfast " + Version.number()};
  }
}
