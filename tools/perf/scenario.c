#include "tools/perf/scenario.h"

#include "tools/perf/resident.h"

#include <stdlib.h>

enum { PERCENT_EDITED = 5 };

/* ---- situations ---------------------------------------------------------------------------- */

static enum jig_status start_afresh(struct side *side, struct jig_error *error)
{
    return tree_clean(&side->tree, error);
}

static enum jig_status touch(struct side *side, struct jig_error *error)
{
    enum jig_status status = side_settle(side, error);
    return status ? status : tree_touch(&side->tree, error);
}

static enum jig_status edit_one(struct side *side, struct jig_error *error)
{
    enum jig_status status = side_settle(side, error);
    return status ? status : tree_edit(&side->tree, side->leaf, error);
}

static uint32_t five_percent(const struct tree *tree)
{
    return tree->modules.count * PERCENT_EDITED / 100;
}

static enum jig_status edit_many(struct side *side, struct jig_error *error)
{
    enum jig_status status = side_settle(side, error);
    return status ? status : tree_edit_many(&side->tree, five_percent(&side->tree), error);
}

/* ---- what does not apply ------------------------------------------------------------------- */

static const char *needs_modules(const struct side *side)
{
    return side->tree.modules.count ? NULL : "jig-perf cannot tell which files to touch";
}

static const char *needs_leaf(const struct side *side)
{
    return side->leaf != UINT32_MAX ? NULL : "no module was found whose edit changes an output";
}

static const char *needs_twenty(const struct side *side)
{
    return five_percent(&side->tree) ? NULL : "there are fewer than 20 modules";
}

/* ---- checks: what is wrong, or NULL ---------------------------------------------------------- */

static const char *must_run_all(const struct side *side, const struct sample *sample)
{
    return sample->values[METRIC_JOBS_RUN] >= side->all_jobs ? NULL : "not every job ran";
}

static const char *must_run_nothing(const struct side *side, const struct sample *sample)
{
    (void)side;
    return sample->values[METRIC_JOBS_RUN] <= 0 ? NULL : "a job ran, and there was nothing to do";
}

static const char *must_only_hash(const struct side *side, const struct sample *sample)
{
    if (!(sample->values[METRIC_FILES_HASHED] >= side->tree.modules.count))
        return "the touched files were not hashed again";
    return must_run_nothing(side, sample);
}

static const char *must_run_some(const struct side *side, const struct sample *sample)
{
    if (!(sample->values[METRIC_JOBS_RUN] > 0))
        return "the edit ran no job";
    if (!side_changed_output(side, sample))
        return "the edit changed no output";
    return NULL;
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *(*obstacle)(const struct side *side); /* NULL: it applies everywhere */
    enum jig_status (*prepare)(struct side *side, struct jig_error *error);
    enum jig_status (*measure)(struct side *side, struct sample *sample, struct jig_error *error);
    const char *(*check)(const struct side *side, const struct sample *sample);
} scenarios[SCENARIOS] = {
    [SCENARIO_OFF] = {"off", NULL, start_afresh, NULL, must_run_all},
    [SCENARIO_COLD] = {"cold", NULL, start_afresh, NULL, must_run_all},
    [SCENARIO_NOOP] = {"noop", NULL, side_settle, NULL, must_run_nothing},
    [SCENARIO_WARM] = {"warm", needs_modules, touch, NULL, must_only_hash},
    [SCENARIO_EDIT_1] = {"edit-1", needs_leaf, edit_one, NULL, must_run_some},
    [SCENARIO_EDIT_5PCT] = {"edit-5pct", needs_twenty, edit_many, NULL, must_run_some},
    [SCENARIO_SESSION] = {"session", needs_leaf, side_settle, resident_session, must_run_some},
    [SCENARIO_WATCH] = {"watch", needs_leaf, side_settle, resident_watch, must_run_some},
};

const char *scenario_name(enum scenario scenario)
{
    return scenarios[scenario].name;
}

enum scenario scenario_find(const char *name)
{
    enum scenario scenario = 0;
    while (scenario < SCENARIOS && strcmp(scenarios[scenario].name, name) != 0)
        scenario++;
    return scenario;
}

/* Nothing of what makes jig fast: nothing kept, one job at a time, one thread. */
static struct asked asked_in(enum scenario scenario, const struct tree *tree)
{
    if (scenario != SCENARIO_OFF)
        return (struct asked){0};
    return (struct asked){
        .option = "-j1",
        .more_option = tree->pipelines ? "--no-cache" : NULL, /* which a build.ninja refuses */
        .one_processor = true,
    };
}

char *scenario_command(enum scenario scenario, const struct tree *tree)
{
    static const char *const whole[SCENARIOS] = {
        [SCENARIO_SESSION] = "jig build --quiet --daemon --stats=json",
        [SCENARIO_WATCH] = "jig watch --stats=json",
    };
    struct asked asked = asked_in(scenario, tree);
    struct buf text = {0};
    buf_printf(&text, "%s%s", asked.one_processor ? "taskset -c 0 " : "",
               whole[scenario] ? whole[scenario] : "jig build --quiet --no-daemon --stats=json");
    if (asked.option)
        buf_printf(&text, " %s", asked.option);
    if (asked.more_option)
        buf_printf(&text, " %s", asked.more_option);
    return text.data;
}

/* ---- measuring ----------------------------------------------------------------------------- */

static enum jig_status measure_build(enum scenario scenario, struct side *side,
                                     struct sample *sample, struct jig_error *error)
{
    struct sample looked = sample_unknown();
    const struct asked asked = asked_in(scenario, &side->tree);
    enum jig_status status = side_look(side, &asked, &looked, error);
    if (!status)
        status = side_build(side, &asked, sample, NULL, error);
    sample->values[METRIC_DISCOVERY_CPU_MS] = looked.values[METRIC_DISCOVERY_CPU_MS];
    return status;
}

enum jig_status scenario_measure(enum scenario scenario, struct side *side, struct jig_error *error)
{
    struct series *series = &side->series[scenario];
    const char *obstacle = scenarios[scenario].obstacle ? scenarios[scenario].obstacle(side) : NULL;
    if (obstacle) {
        if (!series->skipped)
            series->skipped = mem_strndup(obstacle, strlen(obstacle));
        return JIG_OK;
    }
    struct sample sample = sample_unknown();
    enum jig_status status = scenarios[scenario].prepare(side, error);
    if (!status)
        status = scenarios[scenario].measure ? scenarios[scenario].measure(side, &sample, error)
                                             : measure_build(scenario, side, &sample, error);
    const char *wrong = status ? NULL : scenarios[scenario].check(side, &sample);
    if (wrong)
        status = jig_fail(error, JIG_ERROR_JOB, "%s: %s", scenarios[scenario].name, wrong);
    if (!status)
        vec_push(&series->samples, sample);
    return status;
}
