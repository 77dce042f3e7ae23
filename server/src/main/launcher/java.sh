# Finds Java and runs Holdfast with the flags that it needs. The launcher of a checkout and that of the packaged program
# source this file.

# Sets java and major, or fails. "fail MESSAGE" is the caller's.
find_java() {
  java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  command -v "$java" >/dev/null || fail "no $java found; install $1, 17 or newer, or set JAVA_HOME"
  version=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9.]*\).*/\1/p')
  major=${version%%.*}
  [ "${major:-0}" -ge 17 ] || fail "$java is version ${version:-unknown}; 17 or newer is needed: set JAVA_HOME"
}

# Becomes the JVM with a heap of at most $1, of which $2 is the young generation; the rest are arguments of java.
#
# A server without memory must not continue: it exits, and loses no acknowledged change. The heap is bounded so that the
# whole process stays below 1 GiB. Half of the heap is the young generation: by default the JVM begins with less, and
# collects garbage two to three times as often. From version 24 on, JVMs warn of SQLite's native code and protobuf's
# Unsafe unless flags allow them.
exec_java() {
  heap=$1
  young=$2
  shift 2
  # shellcheck disable=SC2086 # The flags are words.
  set -- -XX:+ExitOnOutOfMemoryError ${HOLDFAST_JAVA_OPTS:-} "$@"
  case " ${HOLDFAST_JAVA_OPTS:-}" in
    # If the user sets the heap, the user sets the young generation too.
    *" -Xm"* | *HeapSize* | *NewSize* | *NewRatio*) ;;
    *) set -- "-Xmn$young" "$@" ;;
  esac
  set -- "-Xmx$heap" "$@"
  [ "$major" -lt 24 ] || set -- --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow "$@"
  exec "$java" "$@"
}
