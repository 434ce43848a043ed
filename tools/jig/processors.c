#include "tools/jig/processors.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t processors_default_slots(uint32_t processors)
{
    return processors <= 1 ? 2 : processors == 2 ? 3 : processors + 2;
}

static uint32_t granted(long long quota_us, long long period_us)
{
    if (quota_us <= 0 || period_us <= 0)
        return 0;
    long long whole = quota_us / period_us;
    return whole < 1 ? 1 : whole < UINT32_MAX ? (uint32_t)whole : 0;
}

uint32_t processors_of_cpu_max(const char *text)
{
    char *end;
    long long quota_us = strtoll(text, &end, 10);
    return end == text ? 0 : granted(quota_us, strtoll(end, NULL, 10));
}

/* ---- control groups ---------------------------------------------------------------------- */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a == 0 ? b : b == 0 || a < b ? a : b;
}

/* The number in a file, or 0. */
static long long number_in(const struct buf *directory, const char *name)
{
    struct buf path = {0};
    struct buf text = {0};
    buf_printf(&path, "%s/%s", directory->data, name);
    long long number =
        io_read_file(AT_FDCWD, path.data, &text) ? 0 : strtoll(buf_cstr(&text), NULL, 10);
    buf_free(&path);
    buf_free(&text);
    return number;
}

static uint32_t granted_in(const struct buf *directory, bool version_2)
{
    if (!version_2)
        return granted(number_in(directory, "cpu.cfs_quota_us"),
                       number_in(directory, "cpu.cfs_period_us"));
    struct buf path = {0};
    struct buf text = {0};
    buf_printf(&path, "%s/cpu.max", directory->data);
    uint32_t whole =
        io_read_file(AT_FDCWD, path.data, &text) ? 0 : processors_of_cpu_max(buf_cstr(&text));
    buf_free(&path);
    buf_free(&text);
    return whole;
}

/* The least that the group `path` and all above it up to the mount point are granted. */
static uint32_t granted_up_from(const char *mount, const char *path, bool version_2)
{
    struct buf directory = {0};
    uint32_t whole = 0;
    size_t mount_length = strlen(mount);
    buf_append_str(&directory, mount);
    if (strcmp(path, "/") != 0)
        buf_append_str(&directory, path);
    for (;;) {
        whole = least(whole, granted_in(&directory, version_2));
        if (directory.length <= mount_length)
            break;
        while (directory.length > mount_length && directory.data[directory.length - 1] != '/')
            directory.length--;
        directory.length -= directory.length > mount_length;
        directory.data[directory.length] = '\0';
    }
    buf_free(&directory);
    return whole;
}

static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += length) {
        bool begins = at == list || at[-1] == ',';
        bool ends = !at[length] || strchr(", \n", at[length]);
        if (begins && ends)
            return true;
    }
    return false;
}

/*
 * This process' group as /proc/self/cgroup has it, "ID:CONTROLLERS:PATH" a line: the one without
 * controllers (version 2), or the one with `cpu`. Cuts `cgroups` into lines on the way.
 */
static const char *own_group(char *cgroups, bool version_2)
{
    char *rest = NULL;
    for (char *line = strtok_r(cgroups, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        controllers++;
        if (version_2 ? *controllers == '\0' : has_word(controllers, "cpu"))
            return path;
    }
    return NULL;
}

/* Reads one line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
static uint32_t granted_by_mount(const char *line, const char *cgroups)
{
    char root[1024];
    char mount[1024];
    char type[32];
    char options[1024] = "";
    const char *fields = strstr(line, " - ");
    if (!fields || sscanf(line, "%*s %*s %*s %1023s %1023s", root, mount) != 2 ||
        sscanf(fields, " - %31s %*s %1023s", type, options) < 1)
        return 0;
    bool version_2 = strcmp(type, "cgroup2") == 0;
    if (!version_2 && (strcmp(type, "cgroup") != 0 || !has_word(options, "cpu")))
        return 0;
    char *copy = mem_strndup(cgroups, strlen(cgroups));
    const char *path = own_group(copy, version_2);
    size_t root_length = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (path && strncmp(path, root, root_length) == 0)
        path += root_length; /* the mount shows only what is below its root */
    uint32_t whole = path ? granted_up_from(mount, *path ? path : "/", version_2) : 0;
    free(copy);
    return whole;
}

static uint32_t granted_by_groups(void)
{
    struct buf cgroups = {0};
    struct buf mounts = {0};
    uint32_t whole = 0;
    if (!io_read_file(AT_FDCWD, "/proc/self/cgroup", &cgroups) &&
        !io_read_file(AT_FDCWD, "/proc/self/mountinfo", &mounts) && mounts.length) {
        char *rest = NULL;
        for (char *line = strtok_r(mounts.data, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest))
            whole = least(whole, granted_by_mount(line, buf_cstr(&cgroups)));
    }
    buf_free(&cgroups);
    buf_free(&mounts);
    return whole;
}

/* ---- affinity ---------------------------------------------------------------------------- */

static uint32_t allowed_by_scheduler(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (uint32_t)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more processors than cpu_set_t has room for */
    return online > 0 ? (uint32_t)online : 1;
}

uint32_t processors_available(void)
{
    return least(allowed_by_scheduler(), granted_by_groups());
}
