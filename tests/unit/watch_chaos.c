#include "watch_chaos.h"

#include "watch_support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* splitmix64: https://prng.di.unimi.it/splitmix64.c */
uint32_t pick(struct chaos *chaos, uint32_t below)
{
    uint64_t z = (chaos->state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

/* A path of one to three names; a few of them are links as often as folders. */
static void pick_folder(struct chaos *chaos, char path[64])
{
    static const char *const names[] = {"a", "b", "l"};
    size_t length = 0;
    for (uint32_t left = 1 + pick(chaos, 3); left; left--)
        length += (size_t)snprintf(path + length, 64 - length, "%s%s", length ? "/" : "",
                                   names[pick(chaos, 3)]);
}

static void pick_file(struct chaos *chaos, char path[80])
{
    static const char *const names[] = {"x", "y", "z"};
    char folder[64] = ".";
    if (pick(chaos, 8))
        pick_folder(chaos, folder);
    snprintf(path, 80, "%s/%s", folder, names[pick(chaos, 3)]);
}

/* Most of these fail now and then, as what they are about is not there, or is something else. */
static void change_file(struct chaos *chaos)
{
    char path[80], other[80];
    pick_file(chaos, path);
    pick_file(chaos, other);
    int flags[] = {O_CREAT | O_TRUNC, O_APPEND, O_CREAT | O_EXCL};
    switch (pick(chaos, 7)) {
    case 0:
    case 1:
    case 2: {
        int fd = open(path, O_WRONLY | O_CLOEXEC | flags[pick(chaos, 3)], 0666);
        if (fd < 0)
            return;
        assert_int_equal(write(fd, "x", 1), 1);
        close(fd);
        return;
    }
    case 3:
        (void)unlink(path);
        return;
    case 4:
        (void)rename(path, other);
        return;
    case 5:
        (void)chmod(path, pick(chaos, 2) ? 0644 : 0755);
        return;
    case 6:
        (void)utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
        return;
    }
}

static void replace_link(const char *path, const char *leads_to)
{
    (void)unlink("next");
    assert_return_code(symlink(leads_to, "next"), errno);
    if (rename("next", path) < 0)
        (void)unlink("next");
}

static void link_to_picked(struct chaos *chaos, const char *path)
{
    char target[64], leads_to[200];
    pick_folder(chaos, target);
    if (pick(chaos, 2)) {
        char here[100];
        assert_non_null(getcwd(here, sizeof here));
        snprintf(leads_to, sizeof leads_to, "%s/%s", here, target);
    } else {
        snprintf(leads_to, sizeof leads_to, "%s%s", pick(chaos, 2) ? "../" : "", target);
    }
    replace_link(path, leads_to);
}

static void change_folder(struct chaos *chaos)
{
    char path[64], other[64], command[100];
    pick_folder(chaos, path);
    pick_folder(chaos, other);
    switch (pick(chaos, 7)) {
    case 0:
    case 1:
    case 2:
        (void)mkdir(path, 0777);
        return;
    case 3:
        snprintf(command, sizeof command, "rm -rf %s 2>/dev/null", path);
        (void)!system(command);
        return;
    case 4:
        (void)rename(path, other);
        return;
    case 5:
        (void)renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
        return;
    case 6:
        link_to_picked(chaos, path);
        return;
    }
}

void change_something(struct chaos *chaos)
{
    if (pick(chaos, 2))
        change_file(chaos);
    else
        change_folder(chaos);
}
