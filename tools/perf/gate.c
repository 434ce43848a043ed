#include "tools/perf/gate.h"

#include "tools/perf/baseline.h"
#include "tools/perf/compare.h"
#include "tools/perf/say.h"
#include "tools/perf/workspace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is compared with. */
struct before {
    char *jig;      /* program; NULL: there is none any more, only … */
    json_t *stored; /* … what it once measured */
    char *commit;   /* of the program, where known */
};

/* ---- finding what to compare with ------------------------------------------------------------ */

static enum jig_status build_commit(struct workspace *workspace, const char *revision,
                                    struct before *before, struct jig_error *error)
{
    struct buf builds = {0};
    buf_printf(&builds, "%s/builds", workspace->options->directory);
    enum jig_status status =
        baseline_commit(revision, workspace->log, &workspace->interrupt, &before->commit, error);
    if (!status)
        status = baseline_build(before->commit, builds.data, workspace->log, &workspace->interrupt,
                                &before->jig, error);
    buf_free(&builds);
    return status;
}

/* Of a file, the commit counts that it names, as far as that can still be built. */
static enum jig_status find_in_file(struct workspace *workspace, struct before *before,
                                    struct jig_error *error)
{
    enum jig_status status = metrics_read(workspace->options->baseline, &before->stored, error);
    if (status)
        return status;
    const json_t *jig = json_object_get(before->stored, "jig");
    const char *commit = json_string_value(json_object_get(jig, "commit"));
    if (!commit)
        jig_fail(error, JIG_ERROR_USAGE, "it names no commit");
    else if (json_is_true(json_object_get(jig, "modified")))
        jig_fail(error, JIG_ERROR_USAGE, "its jig was not that of a commit, but changed");
    else
        status = build_commit(workspace, commit, before, error);
    if (status == JIG_ERROR_INTERRUPTED)
        return status;
    if (!before->jig)
        say_warning("%s: %s; its samples are compared as they are, though the machine may have "
                    "been in another state then: not paired",
                    workspace->options->baseline, error->message);
    return JIG_OK;
}

static enum jig_status find_before(struct workspace *workspace, struct before *before,
                                   struct jig_error *error)
{
    const struct perf_options *options = workspace->options;
    struct stat st;
    if (options->baseline_jig) {
        before->jig = workspace_program(options->baseline_jig);
        return before->jig
                   ? JIG_OK
                   : jig_fail(error, JIG_ERROR_USAGE, "no such program: %s", options->baseline_jig);
    }
    if (stat(options->baseline, &st) == 0 && S_ISREG(st.st_mode))
        return find_in_file(workspace, before, error);
    return build_commit(workspace, options->baseline, before, error);
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* A jig that was built for this lies in no work tree, but its commit is known. */
static void name_commit(json_t *metrics, const struct before *before)
{
    json_t *jig = json_object_get(metrics, "jig");
    if (before->commit) {
        json_object_set_new(jig, "commit", json_string(before->commit));
        json_object_set_new(jig, "modified", json_false());
    }
}

enum { BEFORE, NOW, SIDES };

/* Both sides of a gate; of one that has no earlier jig, only NOW. */
struct pair {
    struct side sides[SIDES];
    uint32_t first, count;
};

static enum jig_status open_pair(struct workspace *workspace, const struct before *before,
                                 struct pair *pair, struct jig_error *error)
{
    const char *const jigs[SIDES] = {before->jig, workspace->jig};
    static const char *const names[SIDES] = {"a", "b"};
    uint32_t first = before->jig ? BEFORE : NOW;
    *pair = (struct pair){.first = first, .count = SIDES - first};
    return workspace_open_sides(workspace, pair->sides + first, jigs + first, names + first,
                                pair->count, error);
}

static void close_pair(struct pair *pair)
{
    for (uint32_t i = pair->first; i < SIDES; i++)
        side_close(&pair->sides[i]);
}

/* The samples of both sides; *was and *is get new references. */
static enum jig_status measure_both(struct workspace *workspace, const struct before *before,
                                    struct pair *pair, json_t **was, json_t **is,
                                    struct jig_error *error)
{
    enum jig_status status =
        workspace_measure(workspace, pair->sides + pair->first, pair->count, error);
    if (!status)
        status = workspace_metrics(workspace, &pair->sides[NOW], is, error);
    if (!status && before->jig) {
        status = workspace_metrics(workspace, &pair->sides[BEFORE], was, error);
        name_commit(*was, before);
    } else if (!status) {
        *was = json_incref(before->stored);
    }
    return status;
}

/*
 * Of many comparisons some are bad by chance. Those that are get measured once more, from the
 * beginning, and what is bad in one of both only is not.
 */
static enum jig_status confirm(struct workspace *workspace, const struct before *before,
                               struct pair *pair, json_t *rows, struct jig_error *error)
{
    json_t *was = NULL, *is = NULL;
    uint32_t doubted = compare_doubted(rows, workspace->wanted);
    if (!before->jig || !doubted)
        return JIG_OK;
    fprintf(stderr, "jig-perf: measuring %" PRIu32 " scenario%s again, to be sure\n", doubted,
            doubted == 1 ? "" : "s");
    enum jig_status status = measure_both(workspace, before, pair, &was, &is, error);
    json_t *again = status ? NULL : compare_metrics(was, is);
    if (!status)
        compare_confirm(rows, again);
    json_decref(again);
    json_decref(was);
    json_decref(is);
    return status;
}

static enum jig_status check_project(const json_t *before, const json_t *now,
                                     struct jig_error *error)
{
    const char *was =
        json_string_value(json_object_get(json_object_get(before, "project"), "name"));
    const char *is = json_string_value(json_object_get(json_object_get(now, "project"), "name"));
    if (was && is && strcmp(was, is) == 0)
        return JIG_OK;
    return jig_fail(error, JIG_ERROR_USAGE, "the baseline is of %s, and not of %s",
                    was ? was : "no project", is ? is : "none");
}

static void print_verdict(const json_t *rows, enum verdict worst)
{
    unsigned failed = 0, warned = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *verdict =
            json_string_value(json_object_get(json_array_get(rows, i), "verdict"));
        failed += strcmp(verdict, verdict_name(VERDICT_FAIL)) == 0;
        warned += strcmp(verdict, verdict_name(VERDICT_WARN)) == 0;
    }
    printf("\ngate: %s; %u of %zu comparisons failed, %u warned\n",
           worst == VERDICT_FAIL ? "FAILED" : "passed", failed, json_array_size(rows), warned);
}

static enum jig_status tell(struct workspace *workspace, json_t *rows, bool paired,
                            struct jig_error *error)
{
    enum verdict worst = compare_worst(rows);
    json_t *gate = json_pack("{s:i, s:b, s:b, s:O}", "version", METRICS_VERSION, "paired", paired,
                             "passed", worst != VERDICT_FAIL, "comparisons", rows);
    enum jig_status status = workspace_write(workspace, gate, "gate.json", error);
    if (!status && workspace->options->json) {
        json_dumpf(gate, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
        printf("\n");
    } else if (!status) {
        compare_print(rows, stdout);
        print_verdict(rows, worst);
    }
    json_decref(gate);
    return status;
}

/* Compares, and writes down what is compared. *rows is a new reference. */
static enum jig_status compare_both(struct workspace *workspace, const json_t *was,
                                    const json_t *is, json_t **rows, struct jig_error *error)
{
    enum jig_status status = check_project(was, is, error);
    if (status)
        return status;
    *rows = compare_metrics(was, is);
    if (!json_array_size(*rows))
        status = jig_fail(error, JIG_ERROR_USAGE, "there is nothing to compare");
    if (!status)
        status = workspace_write(workspace, was, "baseline.json", error);
    return status ? status : workspace_write(workspace, is, "metrics.json", error);
}

static enum jig_status gate(struct workspace *workspace, enum verdict *worst,
                            struct jig_error *error)
{
    struct before before = {0};
    struct pair pair = {.first = SIDES};
    json_t *was = NULL, *is = NULL, *rows = NULL;
    enum jig_status status = find_before(workspace, &before, error);
    if (!status)
        status = open_pair(workspace, &before, &pair, error);
    if (!status)
        status = measure_both(workspace, &before, &pair, &was, &is, error);
    if (!status)
        status = compare_both(workspace, was, is, &rows, error);
    if (!status)
        status = confirm(workspace, &before, &pair, rows, error);
    if (!status)
        status = tell(workspace, rows, before.jig != NULL, error);
    if (!status)
        *worst = compare_worst(rows);
    close_pair(&pair);
    json_decref(rows);
    json_decref(was);
    json_decref(is);
    json_decref(before.stored);
    free(before.jig);
    free(before.commit);
    return status;
}

int gate_run(const struct perf_options *options)
{
    struct workspace workspace;
    struct jig_error error = {0};
    enum verdict worst = VERDICT_SAME;
    enum jig_status status = workspace_open(&workspace, options, &error);
    if (!status)
        status = gate(&workspace, &worst, &error);
    if (!status)
        fprintf(stderr, "jig-perf: results are in %s\n", workspace.results);
    workspace_close(&workspace);
    if (status == JIG_ERROR_INTERRUPTED)
        return EXIT_PERF_INTERRUPTED;
    if (status) {
        say_failure(&error);
        return EXIT_PERF_UNABLE;
    }
    return worst == VERDICT_FAIL ? EXIT_PERF_FAILED : EXIT_PERF_DONE;
}
