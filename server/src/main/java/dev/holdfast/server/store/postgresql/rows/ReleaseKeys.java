package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.codec.SlotKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The keys that lead to releases: half of a SHA-256, so that nobody can choose slots with the same
 * key.
 */
final class ReleaseKeys {
  private final MessageDigest digest;

  ReleaseKeys() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns the key of all releases of a slot. */
  UUID of(Slot slot) {
    return of(slot, "");
  }

  /** Returns the key of the releases of a slot with an operation id. */
  UUID of(Slot slot, String operationId) {
    // A slot's key tells its own length, so no two pairs are the same bytes.
    digest.update(SlotKeys.encode(slot));
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(operationId.getBytes(StandardCharsets.UTF_8)));
    return new UUID(hash.getLong(), hash.getLong());
  }

  /** Returns the keys of the operation ids of a release. */
  Set<UUID> ofOperations(Released released) {
    Set<UUID> keys = new LinkedHashSet<>();
    Slot slot = released.reservation().slot();
    for (String id :
        List.of(
            released.reservation().reserveOperationId(),
            released.reservation().fill().operationId(),
            released.operationId())) {
      if (!id.isEmpty()) {
        keys.add(of(slot, id));
      }
    }
    return keys;
  }
}
