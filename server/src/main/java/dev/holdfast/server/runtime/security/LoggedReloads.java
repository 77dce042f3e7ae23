package dev.holdfast.server.runtime.security;

import dev.holdfast.server.runtime.security.files.ReloadedFiles;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs reloads. */
public final class LoggedReloads implements ReloadedFiles.Listener {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.security");

  @Override
  public void reloaded(String subject) {
    LOG.info("took up changed files: {}", subject);
  }

  @Override
  public void failed(String subject, String why) {
    LOG.warn("changed files are invalid, so the last valid ones stay in use: {}: {}", subject, why);
  }
}
