/*
 * jig-bench-pipeline: pipelines over a fixture, in all the situations a developer meets: the first
 * build, nothing changed, one file, a file that all others import, one file in twenty, a new file,
 * a removed one. Each build is a process of its own.
 *
 * Situations take turns within a round, and so do peers: programs that do a part of the same
 * work and no more, and other tools. What it comes to is held against targets, which are told as
 * met or missed.
 */
#include "bench/measure.h"
#include "bench/pipeline_tree.h"

#include "engine/base/io.h"

#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    const char *size;
    uint32_t runs;
    const char *directory;
    const char *turbo; /* program; NULL: leave it out */
    bool json;
};

enum { PERCENT_EDITED = 5 };

struct bench {
    const struct options *options;
    struct tree_files tree;
    char jig[4096];
    char log[4096]; /* what a build printed */
    unsigned round; /* tells edits apart */
};

/* ---- situations ----------------------------------------------------------------------------- */

enum situation {
    ALL_OFF, /* nothing of what jig does to be fast */
    COLD,
    NOOP,
    LEAF_EDITED,
    HUB_EDITED,
    MANY_EDITED,
    LEAVES_EDITED,
    ONE_ADDED,
    ONE_REMOVED,
    SITUATIONS,
};

static void clean(struct bench *bench)
{
    tree_clean(&bench->tree);
}

/* Builds once unmeasured: files that were too young to be trusted at the end of the last build. */
static void settle(struct bench *bench)
{
    const char *const argv[] = {bench->jig, "build", "--quiet", NULL};
    measure_command(argv, bench->tree.root, NULL);
}

static void edit_leaf(struct bench *bench)
{
    tree_edit(&bench->tree, tree_leaf(&bench->tree), bench->round);
}

static void edit_hub(struct bench *bench)
{
    tree_edit(&bench->tree, bench->tree.hub, bench->round);
}

static void edit_many(struct bench *bench)
{
    tree_edit_many(&bench->tree, PERCENT_EDITED, false, bench->round);
}

static void edit_leaves(struct bench *bench)
{
    tree_edit_many(&bench->tree, PERCENT_EDITED, true, bench->round);
}

static void add(struct bench *bench)
{
    tree_add(&bench->tree);
}

static void take_away(struct bench *bench)
{
    tree_remove(&bench->tree);
}

static const struct {
    const char *name;
    void (*prepare)(struct bench *bench);
    const char *counts; /* what must not be 0 afterwards … */
    const char *spares; /* … and what must; NULL: nothing is asked */
} situations[SITUATIONS] = {
    [ALL_OFF] = {"all off", clean, "jobs_run", NULL},
    [COLD] = {"cold", clean, "jobs_run", NULL},
    [NOOP] = {"no-op", settle, "jobs", "jobs_run"},
    [LEAF_EDITED] = {"a leaf", edit_leaf, "jobs_run", NULL},
    [HUB_EDITED] = {"a hub", edit_hub, "jobs_run", NULL},
    [MANY_EDITED] = {"5 %", edit_many, "jobs_run", NULL},
    [LEAVES_EDITED] = {"5 %, leaves", edit_leaves, "jobs_run", NULL},
    [ONE_ADDED] = {"one new", add, "jobs_run", NULL},
    [ONE_REMOVED] = {"one removed", take_away, "outputs_removed", NULL},
};

/* What was measured in one situation. */
struct record {
    struct series series;
    struct series lead; /* wall time only: everything before the first job runs */
    json_t *stats;      /* of the last run */
};

static double count_of(const struct record *record, const char *key)
{
    json_t *value = json_object_get(record->stats, key);
    if (!value) {
        fprintf(stderr, "bench: --stats=json does not say %s\n", key);
        exit(1);
    }
    return json_number_value(value);
}

/* The last line of the log. */
static json_t *read_stats(const struct bench *bench)
{
    struct buf text = {0};
    int errnum = io_read_file(AT_FDCWD, bench->log, &text);
    const char *line = text.length ? strrchr(text.data, '{') : NULL;
    json_t *stats = line ? json_loads(line, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    if (errnum || !stats) {
        fprintf(stderr, "bench: no figures in %s\n", bench->log);
        exit(1);
    }
    buf_free(&text);
    return stats;
}

/* No phase is a part of another. */
static double lead_ms(const struct record *record)
{
    return (count_of(record, "load_ns") + count_of(record, "walk_ns") +
            count_of(record, "discover_ns") + count_of(record, "scan_ns") +
            count_of(record, "plan_ns")) /
           1e6;
}

static void measure(struct bench *bench, enum situation situation, struct record *record)
{
    situations[situation].prepare(bench);
    unlink(bench->log);
    const char *const on[] = {bench->jig, "build", "--quiet", "--stats=json", NULL};
    const char *const off[] = {bench->jig,   "build", "--quiet", "--stats=json",
                               "--no-cache", "-j1",   NULL};
    series_add(&record->series,
               measure_command(situation == ALL_OFF ? off : on, bench->tree.root, bench->log));
    json_decref(record->stats);
    record->stats = read_stats(bench);
    series_add(&record->lead, (struct sample){.wall_ms = lead_ms(record)});
    const char *counts = situations[situation].counts, *spares = situations[situation].spares;
    if (count_of(record, counts) == 0 || (spares && count_of(record, spares) != 0)) {
        fprintf(stderr, "bench: '%s' did not do what it is to measure\n",
                situations[situation].name);
        exit(1);
    }
}

/* ---- peers ---------------------------------------------------------------------------------- */

#define SOURCES "find apps packages -type f ! -path '*/gen/*'"

enum { PEERS_MAX = 4 };

/* Programs to hold no-op builds against; those of turbo find nothing to do either. */
struct peers {
    struct {
        const char *script; /* for sh */
        const char *directory;
    } all[PEERS_MAX];
    struct series series[PEERS_MAX];
    uint32_t count;
};

static void add_peer(struct peers *peers, const char *name, const char *script,
                     const char *directory)
{
    peers->all[peers->count].script = script;
    peers->all[peers->count].directory = directory;
    peers->series[peers->count].name = name;
    peers->count++;
}

static void run_peer(struct peers *peers, uint32_t index)
{
    const char *const argv[] = {"sh", "-c", peers->all[index].script, NULL};
    series_add(&peers->series[index], measure_command(argv, peers->all[index].directory, NULL));
}

/* A copy of the fixture in `directory`, as a workspace that turbo builds; built once. */
static void add_turbo(struct peers *peers, const struct options *options, const char *directory)
{
    const char *const write[] = {program_beside("jig-fixture"), options->size, directory, NULL};
    const char *const prepare[] = {"sh", JIG_BENCH_TURBO, directory, NULL};
    measure_command(write, "/", NULL);
    measure_command(prepare, "/", NULL);
    setenv("TURBO_TELEMETRY_DISABLED", "1", 1);
    setenv("TURBO", options->turbo, 1);
    static const char run[] = "exec \"$TURBO\" run codegen --no-daemon --output-logs=none 2>&1";
    const char *const first[] = {"sh", "-c", run, NULL};
    measure_command(first, directory, NULL);
    add_peer(peers, "turbo", run, directory);
    add_peer(peers, "git status", "exec git status --porcelain", directory);
}

static void add_peers(struct peers *peers, const struct options *options, const char *root,
                      const char *turbo_root)
{
    add_peer(peers, "find, stat", SOURCES " -printf '%s %T@ %p\\n'", root);
    add_peer(peers, "md5sum, -P2", SOURCES " -print0 | xargs -0 -n 500 -P 2 md5sum", root);
    if (options->turbo)
        add_turbo(peers, options, turbo_root);
}

/* ---- report --------------------------------------------------------------------------------- */

static double wall_ms(const struct record *record)
{
    return series_median(&record->series, SERIES_WALL_MS);
}

static double rss_mib(const struct record *record)
{
    return series_median(&record->series, SERIES_RSS_MIB);
}

static void print_details(const struct record records[SITUATIONS])
{
    printf("\n%-12s %9s %9s %9s %9s %9s %9s %9s\n", "", "of cold", "lead ms", "jobs", "written",
           "removed", "opened", "hashed");
    for (uint32_t i = 0; i < SITUATIONS; i++) {
        const struct record *r = &records[i];
        printf("%-12s %9.3f %9.1f %9.0f %9.0f %9.0f %9.0f %9.0f\n", situations[i].name,
               wall_ms(r) / wall_ms(&records[COLD]), series_median(&r->lead, SERIES_WALL_MS),
               count_of(r, "jobs_run"), count_of(r, "outputs_written"),
               count_of(r, "outputs_removed"), count_of(r, "files_opened"),
               count_of(r, "files_hashed"));
    }
}

static void hold(const char *what, double value, double limit, const char *unit)
{
    printf("%-46s %8.4g %-3s at most %-5g %s\n", what, value, unit, limit,
           value <= limit ? "met" : "MISSED");
}

/* A time, which other work on the machine can only lengthen: the least is told beside the median.
 */
static void hold_time(const char *what, const struct series *series, double limit)
{
    double median = series_median(series, SERIES_WALL_MS),
           least = series_min(series, SERIES_WALL_MS);
    printf("%-46s %8.4g ms  at most %-5g %s; the least was %.4g\n", what, median, limit,
           median <= limit ? "met" : "MISSED", least);
}

static void hold_ratio(const char *what, const struct series *series, const struct series *base,
                       double limit)
{
    double wall = series_median(series, SERIES_WALL_MS) / series_median(base, SERIES_WALL_MS);
    double cpu = series_median(series, SERIES_CPU_MS) / series_median(base, SERIES_CPU_MS);
    printf("%-46s %8.3f     at most %-5g %s; of its processor time %.3f\n", what, wall, limit,
           wall <= limit ? "met" : "MISSED", cpu);
}

/* The targets that are stated for a size, and those for all of them. */
static void print_targets(const struct options *options, const struct record records[SITUATIONS])
{
    const struct record *cold = &records[COLD], *noop = &records[NOOP];
    const struct record *off = &records[ALL_OFF];
    printf("\n");
    if (strcmp(options->size, "large-app") == 0) {
        hold_time("cold: before the first job", &cold->lead, 120);
        hold_time("no-op: the whole process", &noop->series, 20);
        hold("no-op: peak memory", rss_mib(noop), 40, "MiB");
        hold("cold: peak memory", rss_mib(cold), 40, "MiB");
    } else if (strcmp(options->size, "100k") == 0) {
        hold_time("cold: before the first job", &cold->lead, 2500);
        hold_time("no-op: the whole process", &noop->series, 150);
    }
    hold("no-op: files whose fingerprint did not stand", count_of(noop, "files_missed"), 0, "");
    hold("no-op: folders read", count_of(noop, "folders_read"), 0, "");
    hold_ratio("no-op: of cold", &noop->series, &cold->series, 0.05);
    hold_ratio("5 % edited: of cold", &records[MANY_EDITED].series, &cold->series, 0.08);
    hold_ratio("5 % edited, leaves: of cold", &records[LEAVES_EDITED].series, &cold->series, 0.08);
    hold_ratio("cold: of all off", &cold->series, &off->series, 0.5);
    hold("cold: memory of all off", rss_mib(cold) / rss_mib(off), 0.6, "");
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void run_rounds(struct bench *bench, struct record records[SITUATIONS], struct peers *peers)
{
    for (bench->round = 0; bench->round < bench->options->runs; bench->round++) {
        for (uint32_t i = 0; i < SITUATIONS; i++)
            measure(bench, i, &records[i]);
        for (uint32_t i = 0; i < peers->count; i++)
            run_peer(peers, i);
    }
}

static void report(const struct options *options, const struct record records[SITUATIONS],
                   const struct peers *peers)
{
    struct series all[SITUATIONS + PEERS_MAX];
    for (uint32_t i = 0; i < SITUATIONS; i++)
        all[i] = records[i].series;
    for (uint32_t i = 0; i < peers->count; i++)
        all[SITUATIONS + i] = peers->series[i];
    series_report(stdout, options->json, options->size, all, SITUATIONS + peers->count);
    if (options->json)
        return;
    print_details(records);
    print_targets(options, records);
}

static void compare(const struct options *options)
{
    struct bench bench = {.options = options};
    char root[4096], turbo_root[4096];
    snprintf(root, sizeof root, "%s/%s", options->directory, options->size);
    snprintf(turbo_root, sizeof turbo_root, "%s/turbo", options->directory);
    snprintf(bench.jig, sizeof bench.jig, "%s", program_beside("jig"));
    snprintf(bench.log, sizeof bench.log, "%s/log", options->directory);

    tree_write(&bench.tree, options->size, root);
    struct peers peers = {0};
    add_peers(&peers, options, root, turbo_root);
    struct record records[SITUATIONS] = {0};
    for (uint32_t i = 0; i < SITUATIONS; i++)
        records[i].series.name = situations[i].name;
    run_rounds(&bench, records, &peers);
    report(options, records, &peers);

    for (uint32_t i = 0; i < SITUATIONS; i++) {
        series_free(&records[i].series);
        series_free(&records[i].lead);
        json_decref(records[i].stats);
    }
    for (uint32_t i = 0; i < peers.count; i++)
        series_free(&peers.series[i]);
    tree_free(&bench.tree);
}

static void usage(FILE *to)
{
    fputs("usage: jig-bench-pipeline [--fixture SIZE] [--runs N] [--directory DIR]\n"
          "                          [--turbo PROGRAM] [--json]\n"
          "Writes a fixture (large-app) below DIR (one in $TMPDIR, removed afterwards), and\n"
          "builds it N times (7) in each situation. `all off` is --no-cache -j1.\n"
          "--turbo also measures turbo and git finding nothing to do in a copy of it.\n",
          to);
}

int main(int argc, char **argv)
{
    struct options options = {.size = "large-app", .runs = 7};
    const struct option longs[] = {{"fixture", required_argument, NULL, 'f'},
                                   {"runs", required_argument, NULL, 'r'},
                                   {"directory", required_argument, NULL, 'd'},
                                   {"turbo", required_argument, NULL, 't'},
                                   {"json", no_argument, NULL, 'j'},
                                   {"help", no_argument, NULL, '?'},
                                   {0}};
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        switch (c) {
        case 'f':
            options.size = optarg;
            break;
        case 'r':
            options.runs = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'd':
            options.directory = optarg;
            break;
        case 't':
            options.turbo = optarg;
            break;
        case 'j':
            options.json = true;
            break;
        default:
            usage(stderr);
            return 2;
        }
    }
    if (!options.runs) {
        usage(stderr);
        return 2;
    }
    struct bench_folder folder = bench_folder(options.directory);
    options.directory = folder.path;
    compare(&options);
    bench_folder_done(&folder);
    return 0;
}
