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
 * What a message looks like on the wire. Walks through the bytes of one without making objects of
 * them: a few bytes can stand for millions of elements.
 */
final class MessageShape {
  /** How many elements a repeated field has at most that no limit is named for. */
  private static final int LARGEST_COUNT = 10_000;

  /** As deep as protobuf's own parsers go. */
  private static final int LARGEST_DEPTH = 100;

  private final @Nullable Field[] fields;
  private final boolean anyRepeated;

  /**
   * The shape of a message.
   *
   * @param limits how many elements repeated fields may have, by their full names
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
   * Walks through a message.
   *
   * @param texts whether to look at the bytes of strings as well
   * @throws MalformedException where it is no valid message, or has too many elements
   */
  void check(byte[] bytes, int length, boolean texts) throws MalformedException {
    try {
      check(CodedInputStream.newInstance(bytes, 0, length), texts, 0);
    } catch (IOException e) {
      throw new IllegalStateException("an array is read without errors of I/O", e);
    }
  }

  private void check(CodedInputStream in, boolean texts, int depth)
      throws MalformedException, IOException {
    if (depth > LARGEST_DEPTH) {
      throw new MalformedException("", "has messages within messages beyond " + LARGEST_DEPTH);
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
        field.read(in, tag, texts, depth, 0);
      } else {
        counts[number] += field.read(in, tag, texts, depth, counts[number]);
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
      throw cutOff("");
    }
  }

  private static void skip(CodedInputStream in, int tag, String field)
      throws MalformedException, IOException {
    try {
      if (in.skipField(tag)) {
        return;
      }
    } catch (InvalidProtocolBufferException e) {
      throw cutOff(field);
    }
    // The end of a group that never began.
    throw cutOff(field);
  }

  private static MalformedException cutOff(String field) {
    return new MalformedException(field, "is cut off, or not the bytes of a protobuf message");
  }

  private static final class Field {
    private final String name;
    private final boolean text;

    /** How many elements it may have; 0 where it is no list. */
    private final int limit;

    /** Of a list of numbers that may be packed. */
    private final boolean packable;

    /** Of a field that has messages. */
    private final @Nullable MessageShape message;

    Field(FieldDescriptor field, Map<String, Integer> limits) {
      name = field.getName();
      text = field.getType() == FieldDescriptor.Type.STRING;
      limit = field.isRepeated() ? limits.getOrDefault(field.getFullName(), LARGEST_COUNT) : 0;
      packable = field.isPackable();
      message =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
              ? new MessageShape(field.getMessageType(), limits)
              : null;
    }

    /** Goes over a value, and returns how many elements it has. */
    int read(CodedInputStream in, int tag, boolean texts, int depth, int before)
        throws MalformedException, IOException {
      boolean delimited = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (!delimited || (message == null && !packable && !(text && texts))) {
        skip(in, tag, path(before));
        return 1;
      }
      try {
        if (message != null) {
          int outer = in.pushLimit(in.readRawVarint32());
          message.check(in, texts, depth + 1);
          in.popLimit(outer);
          return 1;
        }
        return packable ? readPacked(in) : readText(in, before);
      } catch (InvalidProtocolBufferException e) {
        throw cutOff(path(before));
      } catch (MalformedException e) {
        throw message != null ? e.within(path(before)) : e;
      }
    }

    private int readText(CodedInputStream in, int before) throws MalformedException, IOException {
      if (!in.readBytes().isValidUtf8()) {
        throw new MalformedException(path(before), "is no valid UTF-8");
      }
      return 1;
    }

    /** The numbers of the contract are varints; a list of others has fewer than this counts. */
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
