package dev.holdfast.server.api.access;

import java.util.Locale;

/** What a caller may do. Each role includes those before it. */
public enum Role {
  /** Reads everything in its repositories, and asks what a sale would do. */
  READER,
  /** Also changes reservations, unassigned bytes, offers and the datastore. */
  WRITER,
  /** Also creates, resizes and deletes repositories. */
  ADMIN;

  /** Returns whether this role includes another one. */
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** Returns the name as in the tokens file. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
