#include "tools/jig/daemon_family.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEEPEST = 1000 };

/* Reads name and parent of a process; the name may hold anything, ")" too. */
static bool read_process(long pid, char name[32], long *parent)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *begin = strchr(text, '('), *end = strrchr(text, ')');
    if (!begin || !end || end - begin > 31 || sscanf(end, ") %*c %ld", parent) != 1)
        return false;
    memcpy(name, begin + 1, (size_t)(end - begin - 1));
    name[end - begin - 1] = '\0';
    return true;
}

/* A copy of the running program, under whatever name. */
static bool is_same_program(long pid)
{
    struct stat own, other;
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/exe", pid);
    return stat("/proc/self/exe", &own) == 0 && stat(path, &other) == 0 &&
           own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

bool daemon_family_is_inside_a_build(void)
{
    char name[32];
    long parent = getppid();
    for (int depth = 0; parent > 1 && depth < DEEPEST; depth++) {
        long pid = parent;
        if (!read_process(pid, name, &parent))
            return false;
        if (strcmp(name, "jig") == 0 || strcmp(name, "ninja") == 0 || is_same_program(pid))
            return true;
    }
    return false;
}
