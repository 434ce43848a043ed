#include "tools/perf/side.h"

#include <stdio.h>
#include <stdlib.h>

double stat_of(const json_t *stats, const char *key)
{
    return json_number_value(json_object_get(stats, key));
}

/* ---- builds -------------------------------------------------------------------------------- */

/* Statistics come last, on a line of their own, after whatever jobs printed. */
static json_t *find_stats(const struct buf *out)
{
    const char *text = buf_cstr(out);
    for (size_t end = out->length; end > 0;) {
        size_t begin = end - 1;
        while (begin > 0 && text[begin - 1] != '\n')
            begin--;
        json_t *stats = text[begin] == '{' ? json_loadb(text + begin, end - begin, 0, NULL) : NULL;
        if (json_object_get(stats, "jobs_run"))
            return stats;
        json_decref(stats);
        end = begin;
    }
    return NULL;
}

static enum jig_status run_build(struct side *side, const struct asked *asked, const char *form,
                                 struct buf *out, struct usage *usage, struct jig_error *error)
{
    const char *const argv[] = {
        side->jig, "build",       "--quiet",          asked->daemon ? "--daemon" : "--no-daemon",
        form,      asked->option, asked->more_option, NULL};
    const struct child_command command = {.argv = argv,
                                          .directory = side->tree.directory,
                                          .log = side->log,
                                          .one_processor = asked->one_processor};
    return child_run(&command, side->interrupt, out, usage, error);
}

enum jig_status side_build(struct side *side, const struct asked *asked, struct sample *sample,
                           json_t **stats, struct jig_error *error)
{
    struct buf out = {0};
    struct usage usage;
    if (stats)
        *stats = NULL;
    enum jig_status status = run_build(side, asked, "--stats=json", &out, &usage, error);
    json_t *found = status ? NULL : find_stats(&out);
    buf_free(&out);
    if (!status && !found)
        status = jig_fail(error, JIG_ERROR_JOB, "%s build --stats=json printed no statistics",
                          side->jig);
    if (status)
        return status;
    *sample = sample_unknown();
    sample_take_usage(sample, &usage);
    sample_take_stats(sample, found);
    if (stats)
        *stats = found;
    else
        json_decref(found);
    return JIG_OK;
}

enum jig_status side_look(struct side *side, const struct asked *asked, struct sample *sample,
                          struct jig_error *error)
{
    struct usage usage;
    enum jig_status status = run_build(side, asked, "-n", NULL, &usage, error);
    if (!status)
        sample->values[METRIC_DISCOVERY_CPU_MS] = usage.user_ms + usage.system_ms;
    return status;
}

enum jig_status side_settle(struct side *side, struct jig_error *error)
{
    enum { MOST_BUILDS = 10 };
    const struct asked plainly = {0};
    struct sample sample;
    for (uint32_t i = 0; i < MOST_BUILDS; i++) {
        json_t *stats;
        enum jig_status status = side_build(side, &plainly, &sample, &stats, error);
        if (status)
            return status;
        bool settled = stat_of(stats, "jobs_run") <= 0 && stat_of(stats, "files_missed") <= 0;
        json_decref(stats);
        if (settled)
            return JIG_OK;
    }
    return jig_fail(error, JIG_ERROR_JOB,
                    "%s: build after build finds something to do or to look into again",
                    side->tree.subject->name);
}

bool side_changed_output(const struct side *side, const struct sample *sample)
{
    const double *values = sample->values;
    if (!side->tree.pipelines)
        return values[METRIC_JOBS_RUN] > 0;
    return values[METRIC_OUTPUTS_WRITTEN] > 0 ||
           values[METRIC_JOBS_RUN] > values[METRIC_OUTPUTS_KEPT];
}

/* ---- making and finding -------------------------------------------------------------------- */

/*
 * The module that edit-1 edits: the first one, from the middle of all on, whose edit changes an
 * output.
 */
static enum jig_status find_leaf(struct side *side, struct jig_error *error)
{
    enum { MOST_TRIES = 40 };
    const struct asked plainly = {0};
    uint32_t count = side->tree.modules.count;
    enum jig_status status = JIG_OK;
    side->leaf = UINT32_MAX;
    for (uint32_t i = 0; !status && side->leaf == UINT32_MAX && i < count && i < MOST_TRIES; i++) {
        uint32_t candidate = (count / 2 + i) % count;
        struct sample sample;
        status = tree_edit(&side->tree, candidate, error);
        if (!status)
            status = side_build(side, &plainly, &sample, NULL, error);
        if (!status && side_changed_output(side, &sample))
            side->leaf = candidate;
    }
    return status;
}

enum jig_status side_open(struct side *side, const char *jig, const struct subject *subject,
                          const char *folder, const char *name, struct interrupt *interrupt,
                          struct jig_error *error)
{
    struct buf log = {0};
    struct sample first;
    const struct asked plainly = {0};
    buf_printf(&log, "%s/%s.err", folder, name);
    *side = (struct side){.jig = jig, .interrupt = interrupt, .log = log.data};
    enum jig_status status = tree_make(&side->tree, subject, folder, name, jig, interrupt, error);
    if (!status)
        status = side_build(side, &plainly, &first, NULL, error);
    if (!status && !(first.values[METRIC_JOBS_RUN] > 0))
        status = jig_fail(error, JIG_ERROR_USAGE, "%s: there is nothing to build", subject->name);
    if (status)
        return status;
    side->all_jobs = (uint32_t)first.values[METRIC_JOBS_RUN];
    status = tree_find_modules(&side->tree, jig, interrupt, error);
    if (!status)
        status = side_settle(side, error);
    return status ? status : find_leaf(side, error);
}

void side_close(struct side *side)
{
    for (uint32_t i = 0; i < SCENARIOS; i++)
        series_free(&side->series[i]);
    tree_free(&side->tree);
    free(side->log);
    *side = (struct side){0};
}
