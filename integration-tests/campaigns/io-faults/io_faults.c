/*
 * Makes calls of the operating system fail or hang, for a program that is started with LD_PRELOAD set to this library.
 *
 * The file named by IO_FAULTS_RULE has one rule, or is empty or missing for none:
 *
 *     CALL SUFFIX ACTION SKIP COUNT
 *
 *   CALL    fsync, pwrite, pread or ftruncate
 *   SUFFIX  of the names of the files that it concerns: .db, -wal, -shm, .partial
 *   ACTION  fail   the call does nothing and reports EIO
 *           lie    the call does its work and reports EIO
 *           drop   fsync only: reports EIO, and everything written since the last good sync is as it was before. So does
 *                  Linux when it cannot write pages: it marks them clean, lets go of them some time, and reports the next
 *                  sync as good
 *           hang   the call waits while the rule stands
 *   SKIP    how many such calls are left alone first
 *   COUNT   how many are then concerned
 *
 * A rule is put in place by renaming a file to that name, so that it is never read half written; each new one counts from
 * the beginning. What a rule did is told, a line each time, in the file with ".done" behind its name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FDS = 4096 };

/* A part of a file as it was at the last good sync. */
struct old {
  struct old *next;
  off64_t offset;
  size_t size;
  char bytes[];
};

/* What is known of an open file. */
static struct {
  char suffix[16];
} files[FDS];

/* By kind of file, as one file is open several times. The newest first. */
static struct {
  const char *suffix;
  struct old *unsynced;
  off64_t size; /* at the last good sync; -1 where nothing was written since */
} kinds[] = {{".db", NULL, -1}, {"-wal", NULL, -1}, {"-shm", NULL, -1}, {".partial", NULL, -1}};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static struct {
  struct stat64 read_from;
  char call[16], suffix[16], action[8];
  long skip, count;
} rule;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_ftruncate)(int, off64_t);
static ssize_t (*real_pread)(int, void *, size_t, off64_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

__attribute__((constructor)) static void begin(void) {
  real_open = real("open64");
  real_close = real("close");
  real_fsync = real("fsync");
  real_ftruncate = real("ftruncate64");
  real_pread = real("pread64");
  real_pwrite = real("pwrite64");
}

static int kind_of(const char *suffix) {
  for (int kind = 0; kind < KINDS; kind++) {
    if (strcmp(kinds[kind].suffix, suffix) == 0) return kind;
  }
  return -1;
}

static const char *suffix_of(int fd) { return fd >= 0 && fd < FDS ? files[fd].suffix : ""; }

static void tell(const char *call, const char *suffix) {
  char name[4096], line[64];
  snprintf(name, sizeof name, "%s.done", getenv("IO_FAULTS_RULE"));
  int fd = real_open(name, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) return;
  int length = snprintf(line, sizeof line, "%s %s %s\n", call, suffix, rule.action);
  if (write(fd, line, length) != length) abort();
  real_close(fd);
}

static void read_rule(void) {
  const char *name = getenv("IO_FAULTS_RULE");
  struct stat64 now;
  if (name == NULL || stat64(name, &now) != 0) {
    memset(&rule, 0, sizeof rule);
    return;
  }
  if (now.st_ino == rule.read_from.st_ino && now.st_mtim.tv_sec == rule.read_from.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == rule.read_from.st_mtim.tv_nsec) {
    return;
  }
  memset(&rule, 0, sizeof rule);
  rule.read_from = now;
  char text[256];
  int fd = real_open(name, O_RDONLY);
  if (fd < 0) return;
  ssize_t length = read(fd, text, sizeof text - 1);
  real_close(fd);
  if (length <= 0) return;
  text[length] = 0;
  if (sscanf(text, "%15s %15s %7s %ld %ld", rule.call, rule.suffix, rule.action, &rule.skip, &rule.count) != 5) {
    memset(rule.call, 0, sizeof rule.call);
  }
}

/* What is to happen to a call; empty for nothing. With the lock. */
static const char *action(const char *call, const char *suffix) {
  read_rule();
  if (strcmp(rule.call, call) != 0 || strcmp(rule.suffix, suffix) != 0) return "";
  if (rule.skip > 0) {
    rule.skip--;
    return "";
  }
  if (rule.count <= 0) return "";
  rule.count--;
  tell(call, suffix);
  return rule.action;
}

/* Decides about a call, and waits where it is to hang: 0 to do it, 1 to do it and report EIO, -1 to report EIO alone. */
static int decide(const char *call, int fd, int *drop) {
  pthread_mutex_lock(&lock);
  const char *what = action(call, suffix_of(fd));
  int decision = strcmp(what, "lie") == 0 ? 1 : strcmp(what, "fail") == 0 || strcmp(what, "drop") == 0 ? -1 : 0;
  if (drop != NULL) *drop = strcmp(what, "drop") == 0;
  while (strcmp(what, "hang") == 0 && strcmp(rule.action, "hang") == 0) {
    pthread_mutex_unlock(&lock);
    nanosleep(&(struct timespec){0, 10 * 1000 * 1000}, NULL);
    pthread_mutex_lock(&lock);
    read_rule();
  }
  pthread_mutex_unlock(&lock);
  return decision;
}

/* Keeps what a write, or a shorter end, is about to replace. */
static void keep(int fd, off64_t offset, size_t size) {
  int kind = kind_of(suffix_of(fd));
  if (kind < 0) return;
  struct stat64 now;
  if (fstat64(fd, &now) != 0) abort();
  pthread_mutex_lock(&lock);
  if (kinds[kind].size < 0) kinds[kind].size = now.st_size;
  if (offset < now.st_size) {
    struct old *old = malloc(sizeof *old + size);
    if (old == NULL) abort();
    ssize_t got = real_pread(fd, old->bytes, size, offset);
    if (got < 0 && errno == EBADF) {
      /* Opened for writing alone, as no file of SQLite is. */
      free(old);
    } else if (got < 0) {
      abort();
    } else {
      old->offset = offset;
      old->size = got;
      old->next = kinds[kind].unsynced;
      kinds[kind].unsynced = old;
    }
  }
  pthread_mutex_unlock(&lock);
}

/* Lets go of what was kept, and puts it back where it is to be dropped. */
static void synced(int fd, int drop) {
  int kind = kind_of(suffix_of(fd));
  if (kind < 0) return;
  pthread_mutex_lock(&lock);
  while (kinds[kind].unsynced != NULL) {
    struct old *old = kinds[kind].unsynced;
    if (drop && real_pwrite(fd, old->bytes, old->size, old->offset) != (ssize_t)old->size) abort();
    kinds[kind].unsynced = old->next;
    free(old);
  }
  if (drop && kinds[kind].size >= 0) {
    /* The length is told by the journal of the file system, the bytes behind the old end were never written. */
    struct stat64 now;
    if (fstat64(fd, &now) != 0 || (now.st_size > kinds[kind].size &&
        (real_ftruncate(fd, kinds[kind].size) != 0 || real_ftruncate(fd, now.st_size) != 0))) {
      abort();
    }
  }
  kinds[kind].size = -1;
  pthread_mutex_unlock(&lock);
}

static int eio(void) {
  errno = EIO;
  return -1;
}

int open64(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  int fd = real_open(name, flags, mode);
  if (fd >= 0 && fd < FDS) {
    files[fd].suffix[0] = 0;
    size_t length = strlen(name);
    for (int kind = 0; kind < KINDS; kind++) {
      size_t end = strlen(kinds[kind].suffix);
      if (length > end && strcmp(name + length - end, kinds[kind].suffix) == 0) {
        strcpy(files[fd].suffix, kinds[kind].suffix);
      }
    }
  }
  return fd;
}

int open(const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open64(name, flags, mode);
}

int close(int fd) {
  if (fd >= 0 && fd < FDS) files[fd].suffix[0] = 0;
  return real_close(fd);
}

int fsync(int fd) {
  if (suffix_of(fd)[0] == 0) return real_fsync(fd);
  int drop, decision = decide("fsync", fd, &drop);
  if (decision < 0) {
    if (drop) synced(fd, 1);
    return eio();
  }
  int result = real_fsync(fd);
  if (result == 0) synced(fd, 0);
  return decision > 0 ? eio() : result;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset) {
  if (suffix_of(fd)[0] == 0) return real_pwrite(fd, bytes, size, offset);
  int decision = decide("pwrite", fd, NULL);
  if (decision < 0) return eio();
  keep(fd, offset, size);
  ssize_t result = real_pwrite(fd, bytes, size, offset);
  return decision > 0 ? eio() : result;
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t offset) {
  if (suffix_of(fd)[0] == 0) return real_pread(fd, bytes, size, offset);
  int decision = decide("pread", fd, NULL);
  if (decision < 0) return eio();
  ssize_t result = real_pread(fd, bytes, size, offset);
  return decision > 0 ? eio() : result;
}

int ftruncate64(int fd, off64_t size) {
  if (suffix_of(fd)[0] == 0) return real_ftruncate(fd, size);
  int decision = decide("ftruncate", fd, NULL);
  if (decision < 0) return eio();
  struct stat64 now;
  if (fstat64(fd, &now) == 0 && now.st_size > size) keep(fd, size, now.st_size - size);
  int result = real_ftruncate(fd, size);
  return decision > 0 ? eio() : result;
}
