/*
 * Loaded into the bot's process (LD_PRELOAD): makes fsync and fdatasync fail with EIO, for the file FAULT_FSYNC_OF
 * and those that are named after it with a dash (SQLite's log). Each call takes the next character of the file FAULT_FSYNC_PLAN,
 * and the last one stays: `x` fails, anything else lets it through, as does a missing file. What was written before stays where
 * the system has it, as on a real disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd) {
  const char *of = getenv("FAULT_FSYNC_OF"), *plan = getenv("FAULT_FSYNC_PLAN");
  char link[64], path[4096], steps[256];
  if (of == NULL || plan == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || strncmp(path, of, strlen(of)) != 0) return 0;
  path[length] = 0;
  if (path[strlen(of)] != 0 && path[strlen(of)] != '-') return 0;
  int file = open(plan, O_RDWR);
  if (file < 0) return 0;
  ssize_t left = pread(file, steps, sizeof steps, 0);
  int result = left > 0 && steps[0] == 'x';
  if (left > 1 && (pwrite(file, steps + 1, left - 1, 0) < 0 || ftruncate(file, left - 1) < 0)) abort();
  close(file);
  if (result) dprintf(2, "fault: EIO %s\n", path);
  return result;
}

static int sync_or_fail(const char *name, int fd) {
  if (!fails(fd)) return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
  errno = EIO;
  return -1;
}

int fsync(int fd) { return sync_or_fail("fsync", fd); }
int fdatasync(int fd) { return sync_or_fail("fdatasync", fd); }
