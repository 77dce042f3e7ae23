package dev.holdfast.server.api.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a message on the wire. Scans the bytes of a message without creating objects,
 * because a few bytes can encode millions of elements.
 */
final class MessageShape {
  /** Maximum number of elements of a repeated field without a limit of its own. */
  private static final int DEFAULT_LIMIT = 10_000;

  /** Maximum nesting depth, as in protobuf's own parsers. */
  private static final int MAX_DEPTH = 100;

  private final @Nullable Field[] fields;
  private final boolean anyRepeated;

  /**
   * Makes the structure of a message type.
   *
   * @param limits maximum number of elements of repeated fields, by full field name
   */
  MessageShape(Descriptor descriptor, Map<String, Integer> limits) {
    int largest =
        descriptor.getFields().stream().mapToInt(FieldDescriptor::getNumber).max().orElse(0);
    fields = new Field[largest + 1];
    for (FieldDescriptor field : descriptor.getFields()) {
      fields[field.getNumber()] = new Field(field, limits);
    }
    anyRepeated = descriptor.getFields().stream().anyMatch(FieldDescriptor::isRepeated);
  }

  /**
   * Scans a message.
   *
   * @param checkStrings whether to check the UTF-8 of strings as well
   * @throws MalformedException if the message is invalid or has too many elements
   */
  void check(byte[] bytes, int length, boolean checkStrings) throws MalformedException {
    try {
      check(CodedInputStream.newInstance(bytes, 0, length), checkStrings, 0);
    } catch (IOException e) {
      throw new IllegalStateException("reading an array does not fail", e);
    }
  }

  private void check(CodedInputStream in, boolean checkStrings, int depth)
      throws MalformedException, IOException {
    if (depth > MAX_DEPTH) {
      throw new MalformedException("", "nests messages deeper than " + MAX_DEPTH);
    }
    int[] counts = anyRepeated ? new int[fields.length] : new int[0];
    while (true) {
      int tag = readTag(in);
      if (tag == 0) {
        break;
      }
      int number = WireFormat.getTagFieldNumber(tag);
      Field field = number < fields.length ? fields[number] : null;
      if (field == null) {
        skip(in, tag, "");
      } else if (field.limit == 0) {
        field.read(in, tag, checkStrings, depth, 0);
      } else {
        counts[number] += field.read(in, tag, checkStrings, depth, counts[number]);
      }
    }
    for (int number = 0; number < counts.length; number++) {
      Field field = fields[number];
      if (field != null && field.limit > 0 && counts[number] > field.limit) {
        throw new MalformedException(
            field.name, "must be at most " + field.limit + ", but are " + counts[number]);
      }
    }
  }

  private static int readTag(CodedInputStream in) throws MalformedException, IOException {
    try {
      return in.readTag();
    } catch (InvalidProtocolBufferException e) {
      throw truncated("");
    }
  }

  private static void skip(CodedInputStream in, int tag, String field)
      throws MalformedException, IOException {
    try {
      if (in.skipField(tag)) {
        return;
      }
    } catch (InvalidProtocolBufferException e) {
      throw truncated(field);
    }
    // An end-group tag without a start.
    throw truncated(field);
  }

  private static MalformedException truncated(String field) {
    return new MalformedException(field, "is truncated or not a protobuf message");
  }

  private static final class Field {
    private final String name;
    private final boolean text;

    /** Maximum number of elements; 0 for a field that is not repeated. */
    private final int limit;

    /** Whether it is a list of numbers, which may be packed. */
    private final boolean packable;

    /** The structure of the nested message; null for other types. */
    private final @Nullable MessageShape message;

    Field(FieldDescriptor field, Map<String, Integer> limits) {
      name = field.getName();
      text = field.getType() == FieldDescriptor.Type.STRING;
      limit = field.isRepeated() ? limits.getOrDefault(field.getFullName(), DEFAULT_LIMIT) : 0;
      packable = field.isPackable();
      message =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              ? new MessageShape(field.getMessageType(), limits)
              : null;
    }

    /** Scans a value and returns the number of its elements. */
    int read(CodedInputStream in, int tag, boolean checkStrings, int depth, int before)
        throws MalformedException, IOException {
      boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (!delimited || (message == null && !packable && !(text && checkStrings))) {
        skip(in, tag, path(before));
        return 1;
      }
      try {
        if (message != null) {
          int outer = in.pushLimit(in.readRawVarint32());
          message.check(in, checkStrings, depth + 1);
          in.popLimit(outer);
          return 1;
        }
        return packable ? readPacked(in) : readText(in, before);
      } catch (InvalidProtocolBufferException e) {
        throw truncated(path(before));
      } catch (MalformedException e) {
        throw message != null ? e.within(path(before)) : e;
      }
    }

    private int readText(CodedInputStream in, int before) throws MalformedException, IOException {
      if (!in.readBytes().isValidUtf8()) {
        throw new MalformedException(path(before), "is not valid UTF-8");
      }
      return 1;
    }

    /**
     * Counts packed varints, the only packed numbers of the contract. For fixed-size numbers the
     * result would be too small.
     */
    private static int readPacked(CodedInputStream in) throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      int count = 0;
      while (!in.isAtEnd()) {
        if ((in.readRawByte() & 0x80) == 0) {
          count++;
        }
      }
      in.popLimit(outer);
      return count;
    }

    private String path(int index) {
      return limit == 0 ? name : name + "[" + index + "]";
    }
  }
}
