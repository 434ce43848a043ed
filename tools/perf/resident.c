#include "tools/perf/resident.h"

#include "engine/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum jig_status resident_keep_apart(const char *folder, struct jig_error *error)
{
    struct buf path = {0};
    buf_printf(&path, "%s/run", folder);
    bool made = mkdir(path.data, 0700) == 0 && setenv("XDG_RUNTIME_DIR", path.data, 1) == 0 &&
                setenv("JIG_DAEMON_IDLE", "600", 1) == 0; /* should it be left behind after all */
    int errnum = errno;
    buf_free(&path);
    return made ? JIG_OK : jig_fail_errno(error, errnum, "cannot make a folder for sockets");
}

/* ---- a daemon ------------------------------------------------------------------------------ */

static enum jig_status ask_daemon(struct side *side, struct interrupt *interrupt,
                                  const char *question, struct buf *out, struct jig_error *error)
{
    const char *const argv[] = {side->jig, "daemon", question, "--json", NULL};
    const struct child_command command = {
        .argv = argv, .directory = side->tree.directory, .log = side->log};
    struct usage usage;
    return child_run(&command, interrupt, out, &usage, error);
}

/* Whatever has happened, and also when jig-perf is being ended. */
static void stop_daemon(struct side *side)
{
    struct interrupt none = {.fd = -1};
    struct jig_error error;
    ask_daemon(side, &none, "stop", NULL, &error);
}

static enum jig_status take_daemon_memory(struct side *side, struct sample *sample,
                                          struct jig_error *error)
{
    struct buf out = {0};
    enum jig_status status = ask_daemon(side, side->interrupt, "status", &out, error);
    json_t *answer = json_loadb(buf_cstr(&out), out.length, 0, NULL);
    if (!status && !json_is_true(json_object_get(answer, "running")))
        status = jig_fail(error, JIG_ERROR_JOB, "session: no daemon was running");
    const json_t *rss = json_object_get(answer, "rss");
    if (json_is_number(rss))
        sample->values[METRIC_DAEMON_RSS_BYTES] = json_number_value(rss);
    json_decref(answer);
    buf_free(&out);
    return status;
}

static enum jig_status build_warm(struct side *side, struct sample *sample, struct jig_error *error)
{
    const struct asked warmly = {.daemon = true};
    struct sample first;
    json_t *stats = NULL;
    enum jig_status status = side_build(side, &warmly, &first, NULL, error);
    if (!status)
        status = tree_edit(&side->tree, side->leaf, error);
    if (!status)
        status = side_build(side, &warmly, sample, &stats, error);
    const char *kind = json_string_value(json_object_get(stats, "kind"));
    if (!status && (!kind || strcmp(kind, "incremental") != 0))
        status = jig_fail(error, JIG_ERROR_JOB, "session: the build was not incremental but %s",
                          kind ? kind : "of no kind");
    json_decref(stats);
    return status ? status : take_daemon_memory(side, sample, error);
}

enum jig_status resident_session(struct side *side, struct sample *sample, struct jig_error *error)
{
    enum jig_status status = build_warm(side, sample, error);
    stop_daemon(side);
    return status;
}

/* ---- a watch ------------------------------------------------------------------------------- */

enum { ANSWER_MS = 120000 };

/* What a watch prints, line by line. */
struct lines {
    int fd;
    struct buf text;
    size_t taken;
};

/* The next line without its end, until `end_ns`; the text stays the reader's. */
static enum jig_status next_line(struct lines *lines, struct interrupt *interrupt,
                                 const char **line, struct jig_error *error)
{
    enum { OUTPUT, SIGNAL, COUNT, CHUNK = 4096 };
    for (;;) {
        char *begin = lines->text.data ? lines->text.data + lines->taken : NULL;
        char *end = begin ? strchr(begin, '\n') : NULL;
        if (end) {
            *end = '\0';
            *line = begin;
            lines->taken = (size_t)(end + 1 - lines->text.data);
            return JIG_OK;
        }
        struct pollfd fds[COUNT] = {[OUTPUT] = {.fd = lines->fd, .events = POLLIN},
                                    [SIGNAL] = {.fd = interrupt->fd, .events = POLLIN}};
        int ready = poll(fds, COUNT, ANSWER_MS);
        if (interrupt_check(interrupt, error))
            return JIG_ERROR_INTERRUPTED;
        if (ready == 0)
            return jig_fail(error, JIG_ERROR_JOB, "watch: nothing was built within %d s",
                            ANSWER_MS / 1000);
        ssize_t n = read(lines->fd, buf_reserve(&lines->text, CHUNK), CHUNK);
        if (n == 0 || (n < 0 && errno != EINTR))
            return jig_fail(error, JIG_ERROR_JOB, "watch: it ended by itself");
        lines->text.length += n > 0 ? (size_t)n : 0;
        lines->text.data[lines->text.length] = '\0';
    }
}

static enum jig_status wait_until_watching(struct lines *lines, struct interrupt *interrupt,
                                           struct jig_error *error)
{
    const char *line = "";
    enum jig_status status = JIG_OK;
    while (!status && strncmp(line, "jig: watching ", 14) != 0)
        status = next_line(lines, interrupt, &line, error);
    return status;
}

/* Statistics of a build that ran something. */
static enum jig_status wait_for_build(struct lines *lines, struct interrupt *interrupt,
                                      struct sample *sample, struct jig_error *error)
{
    for (;;) {
        const char *line = "";
        enum jig_status status = next_line(lines, interrupt, &line, error);
        if (status)
            return status;
        json_t *stats = *line == '{' ? json_loads(line, 0, NULL) : NULL;
        bool ran = stat_of(stats, "jobs_run") > 0;
        if (ran)
            sample_take_stats(sample, stats);
        json_decref(stats);
        if (ran)
            return JIG_OK;
    }
}

static enum jig_status edit_and_wait(struct side *side, struct lines *lines, struct sample *sample,
                                     double *wall_ms, struct jig_error *error)
{
    enum jig_status status = wait_until_watching(lines, side->interrupt, error);
    if (!status)
        status = tree_edit(&side->tree, side->leaf, error);
    uint64_t written_ns = clock_monotonic_ns();
    if (!status)
        status = wait_for_build(lines, side->interrupt, sample, error);
    *wall_ms = (double)(clock_monotonic_ns() - written_ns) / 1e6;
    return status;
}

/* The usage is that of the whole watch; the wall time is not. */
static enum jig_status end_watch(struct child *child, struct side *side, struct sample *sample,
                                 double wall_ms, struct jig_error *error)
{
    struct usage usage;
    child_interrupt(child);
    enum jig_status status = child_wait(child, side->interrupt, &usage, error);
    if (status)
        return status;
    sample->values[METRIC_WALL_MS] = wall_ms;
    sample->values[METRIC_PEAK_RSS_BYTES] = (double)usage.peak_rss_bytes;
    return JIG_OK;
}

enum jig_status resident_watch(struct side *side, struct sample *sample, struct jig_error *error)
{
    const char *const argv[] = {side->jig, "watch", "--stats=json", NULL};
    const struct child_command command = {
        .argv = argv, .directory = side->tree.directory, .log = side->log};
    int ends[2];
    struct child child;
    double wall_ms = 0;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return jig_fail_errno(error, errno, "cannot make a pipe");
    enum jig_status status = child_start(&command, ends[1], &child, error);
    close(ends[1]);
    struct lines lines = {.fd = ends[0]};
    if (!status) {
        struct jig_error ending;
        status = edit_and_wait(side, &lines, sample, &wall_ms, error);
        enum jig_status ended = end_watch(&child, side, sample, wall_ms, status ? &ending : error);
        status = status ? status : ended;
    }
    close(ends[0]);
    buf_free(&lines.text);
    return status;
}
