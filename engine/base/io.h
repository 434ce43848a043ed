/*
 * Whole-file input and output. Functions that return int return 0 or an errno value.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include "engine/base/buf.h"

#include <stdint.h>

/* Appends the content of `path` (relative to `dirfd`, which may be AT_FDCWD) to `out`. */
int io_read_file(int dirfd, const char *path, struct buf *out);
/* Creates or truncates `path` and writes all of `bytes`. */
int io_write_file(int dirfd, const char *path, const void *bytes, size_t length);
/* Writes everything, continuing after short writes and EINTR. */
int io_write_all(int fd, const void *bytes, size_t length);
/* mkdir -p of the directory part of `path`. Existing directories are fine. */
int io_make_parent_dirs(const char *path);
/* Monotonic time in ns, for durations. */
uint64_t clock_monotonic_ns(void);
/* Wall-clock time in ns since 1970, to compare with file times. */
int64_t clock_realtime_ns(void);

#endif
