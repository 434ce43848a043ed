#include "engine/codegen/output.h"

#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMPARE_BYTES = 32 * 1024 };

/* ---- comparing ------------------------------------------------------------------------------ */

/* Whether what is left to read from `fd` is bytes[0..length). */
static bool reads_as(int fd, const char *bytes, size_t length)
{
    char chunk[COMPARE_BYTES];
    while (length > 0) {
        ssize_t n = read(fd, chunk, length < sizeof chunk ? length : sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || memcmp(chunk, bytes, (size_t)n) != 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

/* Whether `path` is a regular file with this content. When in doubt it is not: it is replaced. */
static bool holds(const char *path, const void *bytes, size_t length)
{
    /* O_NONBLOCK: somebody's pipe in this place must not make us wait. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat st;
    bool same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0 &&
                (size_t)st.st_size == length && reads_as(fd, bytes, length);
    close(fd);
    return same;
}

/* ---- writing -------------------------------------------------------------------------------- */

/*
 * A name beside `path` that nothing else in this or another process uses now. It does not contain
 * the output's own name, which may be as long as names can be, and is hidden, so that discovery
 * does not take one left by a crash for a source.
 */
static char *temporary_name(const char *path, const struct output *output)
{
    struct buf name = {0};
    size_t folder = path_dir_length(path, strlen(path));
    buf_append(&name, path, folder);
    if (folder > 0 && path[folder - 1] != '/')
        buf_append_char(&name, '/');
    /* Outputs staged at the same time differ in address, those of other processes in pid. */
    buf_printf(&name, ".jig-%x-%zx.tmp", (unsigned)getpid(), (size_t)output);
    return name.data;
}

static int create(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    int errnum = io_make_parent_dirs(path);
    if (errnum) {
        errno = errnum;
        return -1;
    }
    return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
}

static int write_temporary(const char *path, const void *bytes, size_t length)
{
    int fd = create(path);
    if (fd < 0)
        return errno;
    int errnum = io_write_all(fd, bytes, length);
    if (close(fd) < 0 && !errnum)
        errnum = errno;
    if (errnum)
        unlink(path);
    return errnum;
}

enum jig_status output_stage(struct output *output, const char *path, const void *bytes,
                             size_t length, struct jig_error *error)
{
    *output = (struct output){.path = path};
    if (holds(path, bytes, length))
        return JIG_OK;
    output->temporary = temporary_name(path, output);
    int errnum = write_temporary(output->temporary, bytes, length);
    if (!errnum)
        return JIG_OK;
    free(output->temporary);
    output->temporary = NULL;
    return jig_fail_errno(error, errnum, "cannot write '%s'", path);
}

enum jig_status output_commit(struct output *output, bool *written, struct jig_error *error)
{
    *written = output->temporary != NULL;
    if (!*written)
        return JIG_OK;
    if (rename(output->temporary, output->path) < 0)
        return jig_fail_errno(error, errno, "cannot write '%s'", output->path);
    free(output->temporary);
    output->temporary = NULL;
    return JIG_OK;
}

void output_discard(struct output *output)
{
    if (!output->temporary)
        return;
    unlink(output->temporary);
    free(output->temporary);
    output->temporary = NULL;
}
