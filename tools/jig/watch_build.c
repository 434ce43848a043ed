/*
 * A watch, from its beginning to its end.
 */
#include "tools/jig/watch_build.h"

#include "engine/base/io.h"
#include "tools/jig/watch_keys.h"
#include "tools/jig/watching.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    LONGEST_MS = 100,
    LONGEST_QUIETS = 5,
    BACKGROUND_MS = 1000, /* how often to look whether the terminal is ours again */
    EXIT_READER_GONE = 128 + SIGPIPE,
};

void watching_end(struct watching *w, int code)
{
    if (!w->ended)
        w->code = code;
    w->ended = true;
}

/* ---- waiting ------------------------------------------------------------------------------- */

static void heed_keys(struct watching *w)
{
    for (uint32_t i = 0; i < w->keys.count && !w->ended; i++)
        watch_heed_key(w, w->keys.data[i]);
    w->keys.count = 0;
    for (char key; !w->ended && (key = watch_keys_next());)
        watch_heed_key(w, key);
}

static int longest_wait(const struct watching *w)
{
    uint64_t now_ns = clock_monotonic_ns();
    if (w->again && w->pause_end_ns)
        return w->pause_end_ns > now_ns ? (int)((w->pause_end_ns - now_ns) / 1000000 + 1) : 0;
    bool in_background = watch_keys_exist() && watch_keys_fd() < 0;
    return in_background ? BACKGROUND_MS : -1;
}

/* What failed is tried again with each update: not because an editor opens a file. */
static bool is_worth_a_try(const struct watching *w)
{
    return !w->status || w->changes.best < CHANGE_OF_NOTHING;
}

/* Waits until there may be something to build. */
static void wait_for_reason(struct watching *w)
{
    enum { CHANGES, NOTICES, KEYS, READER, COUNT };
    for (bool due = false; !due && !w->ended;) {
        heed_keys(w);
        watch_say_notices(w);
        if (w->ended || w->asked)
            return;
        watch_line_show(&w->line, &w->last, watch_keys_exist());
        struct pollfd fds[COUNT] = {
            [CHANGES] = {.fd = watch_fd(w->watch), .events = POLLIN},
            [NOTICES] = {.fd = w->notices.fd, .events = POLLIN},
            [KEYS] = {.fd = watch_keys_fd(), .events = POLLIN},
            [READER] = {.fd = STDOUT_FILENO}, /* asked for nothing, it still tells its end */
        };
        int ready = watch_keys_wait(fds, COUNT, longest_wait(w));
        if (ready == WATCH_KEYS_END)
            watching_end(w, EXIT_INTERRUPTED);
        if (w->pause_end_ns && w->pause_end_ns <= clock_monotonic_ns()) {
            w->pause_end_ns = 0;
            watch_remind(w->watch);
        }
        if (ready <= 0)
            continue;
        if (fds[READER].revents & (POLLERR | POLLHUP))
            watching_end(w, EXIT_READER_GONE);
        if (!fds[CHANGES].revents)
            continue;
        bool any = watch_changes_take(&w->changes, w->work.session);
        due = (w->again && !w->pause_end_ns) || (any && is_worth_a_try(w));
    }
}

/* ---- from beginning to end ------------------------------------------------------------------ */

static enum jig_status create_watch(struct watching *w, struct jig_error *error)
{
    const struct build_request *request = &w->request;
    uint32_t longest_ms = request->quiet_ms * LONGEST_QUIETS;
    struct watch_options options = {
        .quiet_ms = request->quiet_ms,
        .max_ms = longest_ms > LONGEST_MS ? longest_ms : LONGEST_MS,
        .poll_ms = request->poll_ms,
        .always_poll = request->poll,
        .notice = watch_notices_add,
        .context = &w->notices,
    };
    return watch_create(&options, &w->watch, error);
}

/* Whether an end like that of the first round is one that no change can mend. */
static bool is_hopeless(enum jig_status status)
{
    return status == JIG_ERROR_USAGE || status == JIG_ERROR_IO || status == JIG_ERROR_LOCKED;
}

static void watch_for_long(struct watching *w)
{
    w->asked = true;
    watch_round(w);
    if (is_hopeless(w->status))
        watching_end(w, face_exit_code(FACE_JIG, w->status, 0));
    if (!w->ended)
        watch_say_watching(w);
    while (!w->ended) {
        wait_for_reason(w);
        if (!w->ended)
            watch_round(w);
    }
    watch_line_clear(&w->line);
}

static void disown_delta(struct watching *w)
{
    struct buf path = {0};
    if (!w->request.delta)
        return;
    place_spell(&w->building.place, w->request.delta, &path);
    watch_changes_disown(&w->changes, path.data);
    buf_free(&path);
}

/* A log of the watch in a folder that it watches: each line of it would be a change. */
static void disown_log(struct watching *w, int fd)
{
    enum { LONGEST = 4096 };
    char link[32], path[LONGEST];
    struct stat st;
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return;
    path[length] = '\0';
    const char *root = w->building.place.root;
    size_t root_length = strlen(root);
    bool inside = strncmp(path, root, root_length) == 0 && path[root_length] == '/';
    watch_changes_disown(&w->changes, inside ? path + root_length + 1 : path);
}

/* What jig itself writes beside the session's state, which is left out once that is known. */
static void disown_own(struct watching *w)
{
    disown_delta(w);
    disown_log(w, STDOUT_FILENO);
    disown_log(w, STDERR_FILENO);
}

/* The place has been found, and the request can be obeyed. */
static int watch_place(struct watching *w)
{
    struct jig_error error;
    enum jig_status status = watch_notices_init(&w->notices, &error);
    if (!status)
        status = create_watch(w, &error);
    if (status) {
        face_error(FACE_JIG, &error);
        w->code = face_exit_code(FACE_JIG, status, 0);
    } else {
        watch_changes_init(&w->changes, w->watch);
        disown_own(w);
        w->line.terminal = terminal_detect(STDOUT_FILENO);
        w->line.terminal.smart &= !w->request.quiet && !w->request.json;
        watch_keys_open();
        watch_round_prepare(w);
        watch_for_long(w);
        watch_keys_close();
        watch_destroy(w->watch); /* before what its thread writes to */
        watch_changes_free(&w->changes);
    }
    watch_notices_free(&w->notices);
    return w->code;
}

/* The option of the request that makes no sense here, or NULL. */
static const char *refused_option(const struct build_request *request)
{
    return request->dry_run    ? "-n"
           : request->no_cache ? "--no-cache"
           : request->trace    ? "--trace"
                               : NULL;
}

int watch_build(const struct build_request *request)
{
    struct watching w = {.request = *request};
    w.building.face = FACE_JIG;
    w.building.request = &w.request;
    int code;
    const char *refused = refused_option(request);
    if (refused)
        return face_wrong_usage(FACE_JIG, "jig help watch", "%s is not for watching", refused);
    if (building_prepare(&w.building, &code))
        code = watch_place(&w);
    work_close(&w.work);
    building_free(&w.building);
    vec_free(&w.keys);
    vec_free(&w.ran);
    buf_free(&w.reasons);
    return code;
}
