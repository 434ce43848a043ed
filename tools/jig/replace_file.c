#include "tools/jig/replace_file.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_special(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int write_beside(const char *path, const void *bytes, size_t length)
{
    struct buf beside = {0};
    buf_printf(&beside, "%s.%ld.tmp", path, (long)getpid());
    int errnum = io_make_parent_dirs(path);
    if (!errnum)
        errnum = io_write_file(AT_FDCWD, beside.data, bytes, length);
    if (!errnum && rename(beside.data, path) < 0)
        errnum = errno;
    if (errnum)
        unlink(beside.data);
    buf_free(&beside);
    return errnum;
}

enum jig_status replace_file(const char *path, const void *bytes, size_t length,
                             struct jig_error *error)
{
    int errnum = is_special(path) ? io_write_file(AT_FDCWD, path, bytes, length)
                                  : write_beside(path, bytes, length);
    return errnum ? jig_fail_errno(error, errnum, "writing '%s'", path) : JIG_OK;
}
