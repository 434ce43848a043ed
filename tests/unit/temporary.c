#include "temporary.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int temporary_enter(void **state, const char *what)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/jig-%s-XXXXXX", what);
    if (!mkdtemp(path) || chdir(path) < 0)
        return -1;
    *state = getcwd(NULL, 0);
    return *state ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int temporary_leave(void **state)
{
    int failed = chdir("/") || nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return failed ? -1 : 0;
}
