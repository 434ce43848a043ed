/*
 * What a warm session costs: an update for one changed module, for none, for a file that comes and
 * goes, and what it looked at for that, over fixtures of growing size; how long after a write the
 * first job starts when somebody watches; and what a whole `jig build` with nothing to do takes
 * that a daemon answers, against one without, in the same run.
 */
#include "jig/session.h"
#include "bench/measure.h"
#include "bench/pipeline_tree.h"
#include "engine/base/io.h"
#include "engine/watch/watch.h"

#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct options {
    const char *size;
    const char *directory;
    uint32_t rounds;
    bool daemon;
};

/* What happens in a round, and what it came to over all rounds. */
struct measured {
    const char *name;
    struct series engine;                             /* wall_ms: engine time of the update */
    struct series whole;                              /* wall_ms: the call, jobs included */
    uint64_t files_looked, jobs_considered, jobs_run; /* the most of any round */
    uint32_t full;                                    /* rounds that looked at everything */
    char why[128];                                    /* the last time */
};

struct bench {
    const struct options *options;
    struct tree_files tree;
    struct jig_session *session;
    struct jig_change_set *changes;
    uint64_t started_ns; /* when the first job of the present update began; 0: none has */
};

_Noreturn static void die(const char *what, const struct jig_error *error)
{
    fprintf(stderr, "bench: %s: %s\n", what, error->message);
    exit(1);
}

static void on_event(void *context, const struct jig_event *event)
{
    struct bench *bench = context;
    if (event->kind == JIG_EVENT_JOB_STARTED && !bench->started_ns)
        bench->started_ns = clock_monotonic_ns();
}

static struct jig_build_options build_options(void)
{
    struct jig_build_options options = JIG_BUILD_OPTIONS;
    options.slots = 2;
    return options;
}

static void open_session(struct bench *bench)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    struct jig_error error;
    options.manifest = "jig.yaml";
    options.on_event = on_event;
    options.context = bench;
    uint64_t start_ns = clock_monotonic_ns();
    if (jig_session_open(&options, &bench->session, &error))
        die("cannot open the session", &error);
    struct jig_build_options build = build_options();
    struct jig_build_result result = JIG_BUILD_RESULT;
    if (jig_session_build(bench->session, &build, &result, &error))
        die("the first build failed", &error);
    printf("%s: %u modules, %u files, %u jobs; opened and built in %.0f ms\n", bench->options->size,
           result.modules, result.files, result.jobs,
           (double)(clock_monotonic_ns() - start_ns) / 1e6);
}

static void add_ms(struct series *series, uint64_t ns)
{
    series_add(series, (struct sample){.wall_ms = (double)ns / 1e6});
}

static void update(struct bench *bench, struct measured *measured)
{
    struct jig_build_result result = JIG_BUILD_RESULT;
    struct jig_error error;
    uint64_t start_ns = clock_monotonic_ns();
    bench->started_ns = 0;
    if (jig_session_update(bench->session, bench->changes, NULL, &result, &error))
        die("an update failed", &error);
    jig_change_set_clear(bench->changes);
    add_ms(&measured->whole, clock_monotonic_ns() - start_ns);
    add_ms(&measured->engine, result.engine_ns);
    if (result.files_looked > measured->files_looked)
        measured->files_looked = result.files_looked;
    if (result.jobs_considered > measured->jobs_considered)
        measured->jobs_considered = result.jobs_considered;
    if (result.jobs_run > measured->jobs_run)
        measured->jobs_run = result.jobs_run;
    measured->full += result.kind == JIG_UPDATE_FULL;
    if (result.kind == JIG_UPDATE_FULL)
        snprintf(measured->why, sizeof measured->why, "%s", result.full_reason);
}

enum situation { EMPTY, LEAF, TOUCH, ENTITY, ADDED, REMOVED, SITUATIONS };

static const char added[] = "apps/web/src/pages/added-page.tsx";

/* A module that some others import, but no hub. */
static const char *find_entity(const struct tree_files *tree)
{
    for (uint32_t i = 0; i < tree->sources.count; i++) {
        if (strncmp(tree->sources.data[i], "packages/entities/", 18) == 0)
            return tree->sources.data[i];
    }
    return tree->hub;
}

static void play_round(struct bench *bench, struct measured measured[SITUATIONS], uint32_t round)
{
    const char *leaf = tree_leaf(&bench->tree);
    const char *entity = find_entity(&bench->tree);
    update(bench, &measured[EMPTY]);
    tree_edit(&bench->tree, leaf, round);
    jig_change_set_updated(bench->changes, leaf, NULL);
    update(bench, &measured[LEAF]);
    jig_change_set_updated(bench->changes, leaf, NULL);
    update(bench, &measured[TOUCH]);
    tree_edit(&bench->tree, entity, round);
    jig_change_set_updated(bench->changes, entity, NULL);
    update(bench, &measured[ENTITY]);
    tree_add(&bench->tree);
    jig_change_set_add(bench->changes, added, NULL);
    update(bench, &measured[ADDED]);
    tree_remove(&bench->tree);
    jig_change_set_removed(bench->changes, added, NULL);
    update(bench, &measured[REMOVED]);
}

static void report(struct measured *measured)
{
    const struct series *engine = &measured->engine;
    printf("%-22s %9.3f (%.3f-%.3f) %10.3f %8llu %8llu %6llu  %s\n", measured->name,
           series_median(engine, SERIES_WALL_MS), series_min(engine, SERIES_WALL_MS),
           series_max(engine, SERIES_WALL_MS), series_median(&measured->whole, SERIES_WALL_MS),
           (unsigned long long)measured->files_looked,
           (unsigned long long)measured->jobs_considered, (unsigned long long)measured->jobs_run,
           measured->full ? measured->why : "");
}

static void measure_updates(struct bench *bench)
{
    struct measured measured[SITUATIONS] = {
        [EMPTY] = {.name = "nothing changed"},   [LEAF] = {.name = "a leaf edited"},
        [TOUCH] = {.name = "a leaf only named"}, [ENTITY] = {.name = "an entity edited"},
        [ADDED] = {.name = "a page added"},      [REMOVED] = {.name = "the page removed"},
    };
    for (uint32_t round = 0; round < bench->options->rounds; round++)
        play_round(bench, measured, round);
    printf("\n%-22s %9s %-15s %10s %8s %8s %6s\n", "update", "engine ms", "(least-most)",
           "whole ms", "looked", "considrd", "ran");
    for (uint32_t i = 0; i < SITUATIONS; i++) {
        report(&measured[i]);
        series_free(&measured[i].engine);
        series_free(&measured[i].whole);
    }
}

/* ---- watching -----------------------------------------------------------------------------------
 */

static void watch_one(void *watch, const char *path)
{
    watch_folder(watch, path);
}

/* From the end of a write to the start of the first job, less the time of quiet that is waited for.
 */
static void measure_watch(struct bench *bench)
{
    enum { QUIET_MS = 15, WAIT_MS = 5000 };
    const struct watch_options options = {.quiet_ms = QUIET_MS};
    struct watch *watch;
    struct jig_error error;
    struct series latency = {.name = "watch"};
    struct measured measured = {0};
    if (watch_create(&options, &watch, &error))
        die("cannot watch", &error);
    uint64_t start_ns = clock_monotonic_ns();
    jig_session_each_folder(bench->session, watch_one, watch);
    watch_start(watch);
    uint32_t watched, polled;
    watch_count(watch, &watched, &polled);
    printf("\nwatching %u folders (%u polled), begun in %.0f ms\n", watched, polled,
           (double)(clock_monotonic_ns() - start_ns) / 1e6);
    for (uint32_t round = 0; round < bench->options->rounds; round++) {
        struct pollfd ready = {.fd = watch_fd(watch), .events = POLLIN};
        tree_edit(&bench->tree, tree_leaf(&bench->tree), 10000 + round);
        uint64_t written_ns = clock_monotonic_ns();
        while (!bench->started_ns || bench->started_ns < written_ns) {
            if (poll(&ready, 1, WAIT_MS) <= 0)
                die("the watch says nothing", &(struct jig_error){.message = "after a write"});
            if (watch_take(watch, bench->changes))
                update(bench, &measured);
        }
        add_ms(&latency, bench->started_ns - written_ns - QUIET_MS * 1000000ull);
    }
    printf("from a write to the start of the job, beyond the %d ms of quiet: %.2f ms (%.2f-%.2f)\n",
           QUIET_MS, series_median(&latency, SERIES_WALL_MS), series_min(&latency, SERIES_WALL_MS),
           series_max(&latency, SERIES_WALL_MS));
    series_free(&latency);
    series_free(&measured.engine);
    series_free(&measured.whole);
    watch_destroy(watch);
}

/* ---- the daemon ---------------------------------------------------------------------------------
 */

static void measure_daemon(const struct options *options, const char *root)
{
    const char *jig = program_beside("jig");
    const char *const plain[] = {jig, "build", "--quiet", NULL};
    const char *const asked[] = {jig, "build", "--daemon", "--quiet", NULL};
    const char *const stop[] = {jig, "daemon", "stop", NULL};
    struct series series[] = {{.name = "no-op, a process"}, {.name = "no-op, a daemon's client"}};
    for (uint32_t i = 0; i < options->rounds; i++)
        series_add(&series[0], measure_command(plain, root, NULL));
    measure_command(asked, root, NULL);
    for (uint32_t i = 0; i < options->rounds; i++)
        series_add(&series[1], measure_command(asked, root, NULL));
    measure_command(stop, root, NULL);
    printf("\n");
    series_report(stdout, false, "daemon", series, 2);
    series_free(&series[0]);
    series_free(&series[1]);
}

/* A process that measures the daemon when `*go` is written to, forked while this one is small: a
 * command started by a process with a session of 100,000 jobs pays for the copy of its page tables,
 * and reports its memory as its own. */
static pid_t fork_measurer(const struct options *options, const char *root, int *go)
{
    int ends[2];
    if (pipe(ends) < 0) {
        perror("pipe");
        exit(1);
    }
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        exit(1);
    }
    if (child) {
        close(ends[0]);
        *go = ends[1];
        return child;
    }
    close(ends[1]);
    char byte;
    if (read(ends[0], &byte, 1) == 1)
        measure_daemon(options, root);
    fflush(stdout);
    _exit(0);
}

/* ---- the whole ----------------------------------------------------------------------------------
 */

static void run(const struct options *options)
{
    struct bench bench = {.options = options};
    char root[4096];
    snprintf(root, sizeof root, "%s/%s", options->directory, options->size);
    int go;
    pid_t measurer = fork_measurer(options, root, &go);
    tree_write(&bench.tree, options->size, root);
    if (chdir(root) < 0) {
        perror(root);
        exit(1);
    }
    bench.changes = jig_change_set_create();
    open_session(&bench);
    measure_updates(&bench);
    measure_watch(&bench);
    jig_session_close(bench.session);
    fflush(stdout);
    if (options->daemon && write(go, "", 1) < 0)
        perror("write");
    close(go);
    waitpid(measurer, NULL, 0);
    jig_change_set_destroy(bench.changes);
    if (chdir("/") < 0)
        perror("/");
    tree_free(&bench.tree);
}

static void usage(FILE *to)
{
    fputs("usage: jig-bench-session [--fixture SIZE] [--rounds N] [--directory DIR] [--no-daemon]\n"
          "Writes a fixture (large-app) below DIR (one in $TMPDIR, removed afterwards), keeps a\n"
          "session over it and changes it N times (51) in each way.\n",
          to);
}

int main(int argc, char **argv)
{
    struct options options = {.size = "large-app", .rounds = 51, .daemon = true};
    const struct option longs[] = {{"fixture", required_argument, NULL, 'f'},
                                   {"rounds", required_argument, NULL, 'r'},
                                   {"directory", required_argument, NULL, 'd'},
                                   {"no-daemon", no_argument, NULL, 'n'},
                                   {"help", no_argument, NULL, '?'},
                                   {0}};
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (c == 'f')
            options.size = optarg;
        else if (c == 'r')
            options.rounds = (uint32_t)strtoul(optarg, NULL, 10);
        else if (c == 'd')
            options.directory = optarg;
        else if (c == 'n')
            options.daemon = false;
        else
            options.rounds = 0;
    }
    if (!options.rounds) {
        usage(stderr);
        return 2;
    }
    struct bench_folder folder = bench_folder(options.directory);
    options.directory = folder.path;
    run(&options);
    bench_folder_done(&folder);
    return 0;
}
