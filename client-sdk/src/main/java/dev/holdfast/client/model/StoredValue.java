package dev.holdfast.client.model;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/** The value of a key of the {@link dev.holdfast.client.Datastore}, as of the answer. */
public final class StoredValue {
  private final byte[] value;
  private final long version;
  private final Instant updateTime;

  /**
   * Copies the value; rejects {@code null}.
   *
   * @param value the value, 0 … 1,048,576 bytes
   * @param version its version, 1 … 2^63-1
   * @param updateTime the time of the put, by the server's clock
   */
  public StoredValue(byte[] value, long version, Instant updateTime) {
    this.value = value.clone();
    this.version = version;
    this.updateTime = Objects.requireNonNull(updateTime, "updateTime");
  }

  /** {@return a copy of the value, 0 … 1,048,576 bytes} */
  public byte[] value() {
    return value.clone();
  }

  /** {@return its version, 1 … 2^63-1, which no other put has} */
  public long version() {
    return version;
  }

  /** {@return the time of the put, by the server's clock} */
  public Instant updateTime() {
    return updateTime;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredValue that
        && version == that.version
        && updateTime.equals(that.updateTime)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(version, updateTime, Arrays.hashCode(value));
  }

  /** {@return version, time and length; not the value, which may be secret} */
  @Override
  public String toString() {
    return "StoredValue[version=%d, updateTime=%s, %d bytes]"
        .formatted(version, updateTime, value.length);
  }
}
