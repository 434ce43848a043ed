#include "watch_support.h"

#include "temporary.h"

#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Longer than anything takes on the slowest machine; only a failing test waits for it. */
enum { LONG_MS = 20000 };

int enter_folder(void **state)
{
    return temporary_enter(state, "watch") || mkdir(SYNC_FOLDER, 0777) ? -1 : 0;
}

int leave_folder(void **state)
{
    return temporary_leave(state);
}

/* ---- files ---------------------------------------------------------------------------------- */

void put(const char *path, const char *content)
{
    assert_int_equal(io_make_parent_dirs(path), 0);
    assert_int_equal(io_write_file(AT_FDCWD, path, content, strlen(content)), 0);
}

void make_folders(const char *path)
{
    struct buf inside = {0};
    buf_printf(&inside, "%s/x", path);
    assert_int_equal(io_make_parent_dirs(inside.data), 0);
    buf_free(&inside);
}

void move(const char *from, const char *to)
{
    assert_return_code(rename(from, to), 0);
}

void delete_file(const char *path)
{
    assert_return_code(unlink(path), 0);
}

void make_link(const char *path, const char *leads_to)
{
    assert_return_code(symlink(leads_to, path), 0);
}

void shell(const char *command)
{
    assert_int_equal(system(command), 0);
}

/* ---- watching ------------------------------------------------------------------------------- */

static void on_notice(void *context, const struct jig_error *what)
{
    struct watching *watching = context;
    watching->notices++;
    watching->notice = *what;
}

void name_folder(struct watching *watching, const char *folder)
{
    watch_folder(watching->watch, folder);
}

struct watching *watch_these(const char *folders, const struct watch_options *options)
{
    struct watching *watching = mem_zalloc(sizeof *watching);
    struct watch_options all = options ? *options : (struct watch_options){0};
    if (!all.context) {
        all.notice = on_notice;
        all.context = watching;
    }
    struct jig_error error;
    assert_int_equal(watch_create(&all, &watching->watch, &error), JIG_OK);
    watching->changes = jig_change_set_create();
    char *list = mem_strndup(folders, strlen(folders));
    char *rest = NULL;
    for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        name_folder(watching, word);
    free(list);
    watch_start(watching->watch);
    return watching;
}

void end_watching(struct watching *watching)
{
    watch_destroy(watching->watch);
    jig_change_set_destroy(watching->changes);
    free(watching->told);
    free(watching);
}

const char *told_so_far(struct watching *watching)
{
    struct buf text = {0};
    watch_take(watching->watch, watching->changes);
    if (jig_change_set_lost(watching->changes))
        buf_append_str(&text, "lost");
    for (uint32_t i = 0; i < jig_change_set_count(watching->changes); i++) {
        static const char kinds[] = {
            [JIG_CHANGE_ADDED] = '+', [JIG_CHANGE_UPDATED] = '~', [JIG_CHANGE_REMOVED] = '-'};
        struct jig_change change = jig_change_set_at(watching->changes, i);
        buf_printf(&text, "%s%c%s", text.length ? " " : "", kinds[change.kind], change.path);
    }
    jig_change_set_clear(watching->changes);
    free(watching->told);
    watching->told = mem_strndup(buf_cstr(&text), text.length);
    buf_free(&text);
    return watching->told;
}

const char *told(struct watching *watching)
{
    struct jig_error error = {0};
    if (watch_sync(watching->watch, SYNC_FOLDER, LONG_MS, &error) != JIG_OK)
        fail_msg("%s", error.message);
    return told_so_far(watching);
}

bool has_told(const struct watching *watching, char kind, const char *path)
{
    size_t length = strlen(path);
    for (const char *at = watching->told; (at = strchr(at, kind)); at++) {
        bool starts = at == watching->told || at[-1] == ' ';
        bool ends =
            strncmp(at + 1, path, length) == 0 && (!at[length + 1] || at[length + 1] == ' ');
        if (starts && ends)
            return true;
    }
    return false;
}

bool has_told_any(const struct watching *watching, const char *path)
{
    return has_told(watching, '+', path) || has_told(watching, '~', path) ||
           has_told(watching, '-', path);
}

static bool can_read(int fd, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return poll(&poll_fd, 1, timeout_ms) == 1;
}

void wait_ready(struct watching *watching)
{
    assert_true(can_read(watch_fd(watching->watch), LONG_MS));
}

bool is_ready(const struct watching *watching)
{
    return can_read(watch_fd(watching->watch), 0);
}

uint32_t watched(struct watching *watching)
{
    uint32_t watched_count, polled_count;
    watch_count(watching->watch, &watched_count, &polled_count);
    return watched_count;
}

uint32_t polled(struct watching *watching)
{
    uint32_t watched_count, polled_count;
    watch_count(watching->watch, &watched_count, &polled_count);
    return polled_count;
}

uint64_t now_ms(void)
{
    return clock_monotonic_ns() / 1000000;
}
