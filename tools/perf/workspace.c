#include "tools/perf/workspace.h"

#include "tools/perf/machine.h"
#include "tools/perf/resident.h"
#include "tools/perf/say.h"
#include "tools/perf/scenario.h"
#include "tools/perf/targets.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- opening ------------------------------------------------------------------------------- */

char *workspace_program(const char *name)
{
    char path[PATH_MAX];
    const char *folders = getenv("PATH");
    if (strchr(name, '/'))
        return access(name, X_OK) == 0 ? realpath(name, NULL) : NULL;
    for (const char *at = folders ? folders : ""; *at;) {
        size_t length = strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)length, at, name);
        if (access(path, X_OK) == 0)
            return realpath(path, NULL);
        at += length + (at[length] == ':');
    }
    return NULL;
}

static enum jig_status find_jig(struct workspace *workspace, struct jig_error *error)
{
    char path[PATH_MAX];
    const char *jig = workspace->options->jig;
    if (!jig) {
        ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "jig");
        if (length < 0)
            return jig_fail_errno(error, errno, "cannot find jig");
        path[length] = '\0';
        memcpy(strrchr(path, '/') + 1, "jig", sizeof "jig");
        jig = path;
    }
    workspace->jig = workspace_program(jig);
    return workspace->jig ? JIG_OK : jig_fail(error, JIG_ERROR_USAGE, "no such program: %s", jig);
}

static enum jig_status make_folder(struct workspace *workspace, struct jig_error *error)
{
    const char *place = getenv("TMPDIR");
    char template[PATH_MAX], real[PATH_MAX];
    snprintf(template, sizeof template, "%s/jig-perf-XXXXXX", place && *place ? place : "/tmp");
    if (!mkdtemp(template) || !realpath(template, real))
        return jig_fail_errno(error, errno, "cannot make a folder like %s", template);
    struct buf log = {0};
    buf_printf(&log, "%s/helpers.err", real);
    workspace->folder = mem_strndup(real, strlen(real));
    workspace->log = log.data;
    return JIG_OK;
}

/* What would make one user's builds other than another's. */
static void clear_environment(void)
{
    static const char *const names[] = {"NINJA_STATUS",   "NINJAFLAGS",  "MAKEFLAGS",
                                        "CLICOLOR_FORCE", "FORCE_COLOR", NULL};
    for (size_t i = 0; names[i]; i++)
        unsetenv(names[i]);
}

/* With milliseconds, so that runs after one another do not write over each other. */
static void name_results(struct workspace *workspace)
{
    enum { NS_A_MS = 1000000 };
    char timestamp[32];
    struct timespec now;
    struct tm utc;
    struct buf path = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(timestamp, sizeof timestamp, "%Y%m%dT%H%M%S", &utc);
    buf_printf(&path, "%s/%s.%03ldZ/%s", workspace->options->directory, timestamp,
               now.tv_nsec / NS_A_MS, workspace->subject.name);
    workspace->started = now.tv_sec;
    workspace->results = path.data;
}

enum jig_status workspace_open(struct workspace *workspace, const struct perf_options *options,
                               struct jig_error *error)
{
    *workspace = (struct workspace){.options = options, .interrupt = {.fd = -1}};
    memcpy(workspace->wanted, options->wanted, sizeof workspace->wanted);
    clear_environment();
    enum jig_status status =
        subject_find(&workspace->subject, options->fixture, options->within, error);
    if (!status)
        status = find_jig(workspace, error);
    if (!status)
        status = interrupt_open(&workspace->interrupt, error);
    if (!status)
        status = make_folder(workspace, error);
    if (!status)
        status = resident_keep_apart(workspace->folder, error);
    if (!status)
        name_results(workspace);
    return status;
}

void workspace_close(struct workspace *workspace)
{
    if (workspace->folder) {
        struct interrupt none = {.fd = -1};
        struct jig_error error;
        struct usage usage;
        const char *const argv[] = {"rm", "-rf", workspace->folder, NULL};
        const struct child_command command = {.argv = argv, .directory = "/", .log = "/dev/null"};
        if (child_run(&command, &none, NULL, &usage, &error))
            say_warning("%s could not be removed", workspace->folder);
    }
    interrupt_close(&workspace->interrupt);
    subject_free(&workspace->subject);
    free(workspace->folder);
    free(workspace->log);
    free(workspace->jig);
    free(workspace->results);
    *workspace = (struct workspace){.interrupt = {.fd = -1}};
}

/* ---- measuring ----------------------------------------------------------------------------- */

static enum jig_status measure_round(struct workspace *workspace, struct side *sides,
                                     uint32_t count, uint32_t round,
                                     const struct progress *progress, struct jig_error *error)
{
    for (uint32_t scenario = 0; scenario < SCENARIOS; scenario++) {
        if (!workspace->wanted[scenario])
            continue;
        progress_show(progress, round, scenario_name(scenario));
        for (uint32_t turn = 0; turn < count; turn++) {
            uint32_t i = round % 2 ? count - 1 - turn : turn;
            enum jig_status status = scenario_measure(scenario, &sides[i], error);
            if (!status)
                status = interrupt_check(&workspace->interrupt, error);
            if (status)
                return status;
        }
    }
    return JIG_OK;
}

enum jig_status workspace_open_sides(struct workspace *workspace, struct side *sides,
                                     const char *const *jigs, const char *const *names,
                                     uint32_t count, struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    struct progress progress = progress_begin(workspace->subject.name, 0);
    for (uint32_t i = 0; i < count; i++)
        sides[i] = (struct side){0};
    progress_show(&progress, 0, NULL);
    for (uint32_t i = 0; !status && i < count; i++)
        status = side_open(&sides[i], jigs[i], &workspace->subject, workspace->folder, names[i],
                           &workspace->interrupt, error);
    progress_end(&progress);
    return status;
}

enum jig_status workspace_measure(struct workspace *workspace, struct side *sides, uint32_t count,
                                  struct jig_error *error)
{
    enum jig_status status = JIG_OK;
    uint32_t rounds = workspace->options->iterations;
    struct progress progress = progress_begin(workspace->subject.name, rounds);
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t scenario = 0; scenario < SCENARIOS; scenario++) {
            if (workspace->wanted[scenario])
                series_free(&sides[i].series[scenario]);
        }
    }
    for (uint32_t round = 0; !status && round < rounds; round++)
        status = measure_round(workspace, sides, count, round, &progress, error);
    progress_end(&progress);
    return status;
}

/* ---- results ------------------------------------------------------------------------------- */

enum jig_status workspace_metrics(struct workspace *workspace, const struct side *side,
                                  json_t **metrics, struct jig_error *error)
{
    json_t *jig;
    *metrics = NULL;
    enum jig_status status =
        machine_jig_json(side->jig, workspace->log, &workspace->interrupt, &jig, error);
    if (status)
        return status;
    json_t *machine = machine_json(workspace->folder);
    const struct provenance provenance = {
        .started = workspace->started,
        .iterations = workspace->options->iterations,
        .wanted = workspace->wanted,
        .jig = jig,
        .machine = machine,
    };
    *metrics = metrics_json(side, &provenance);
    json_decref(jig);
    json_decref(machine);
    targets_add(*metrics);
    return JIG_OK;
}

enum jig_status workspace_write(const struct workspace *workspace, const json_t *object,
                                const char *name, struct jig_error *error)
{
    struct buf path = {0};
    buf_printf(&path, "%s/%s", workspace->results, name);
    enum jig_status status = metrics_write(object, path.data, error);
    buf_free(&path);
    return status;
}
