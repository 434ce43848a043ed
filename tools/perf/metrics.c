#include "tools/perf/metrics.h"

#include "engine/base/io.h"
#include "tools/jig/path_json.h"
#include "tools/perf/scenario.h"
#include "tools/perf/statistics.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <math.h>
#include <stdlib.h>

/* ---- making -------------------------------------------------------------------------------- */

static json_t *scenario_json(enum scenario scenario, const struct side *side)
{
    const struct series *series = &side->series[scenario];
    if (series->skipped)
        return json_pack("{s:s}", "skipped", series->skipped);
    char *command = scenario_command(scenario, &side->tree);
    json_t *object = json_pack("{s:s, s:o}", "command", command, "metrics", series_json(series));
    free(command);
    return object;
}

static json_t *project_json(const struct tree *tree)
{
    const struct subject *subject = tree->subject;
    return json_pack("{s:o, s:s, s:o, s:s, s:I}", "name", path_json(subject->name), "kind",
                     subject->shape ? "fixture" : "project", "path",
                     subject->path ? path_json(subject->path) : json_null(), "manifest",
                     tree->pipelines ? "jig.yaml" : "build.ninja", "modules",
                     (json_int_t)tree->modules.count);
}

static json_t *edited_json(const struct side *side)
{
    const struct tree *tree = &side->tree;
    return side->leaf < tree->modules.count ? path_json(tree->modules.data[side->leaf].path)
                                            : json_null();
}

json_t *metrics_json(const struct side *side, const struct provenance *provenance)
{
    char started[32];
    struct tm utc;
    gmtime_r(&provenance->started, &utc);
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", &utc);
    json_t *scenarios = json_object();
    for (uint32_t i = 0; i < SCENARIOS; i++) {
        if (provenance->wanted[i])
            json_object_set_new(scenarios, scenario_name(i), scenario_json(i, side));
    }
    json_t *versions =
        json_pack("{s:s, s:s}", "compiler", __VERSION__, "libc", gnu_get_libc_version());
    return json_pack("{s:i, s:s, s:o, s:O, s:O, s:o, s:I, s:o, s:o}", "version", METRICS_VERSION,
                     "started", started, "project", project_json(&side->tree), "jig",
                     provenance->jig, "machine", provenance->machine, "versions", versions,
                     "iterations", (json_int_t)provenance->iterations, "edited", edited_json(side),
                     "scenarios", scenarios);
}

/* ---- files --------------------------------------------------------------------------------- */

enum jig_status metrics_write(const json_t *object, const char *path, struct jig_error *error)
{
    char *text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    int errnum = io_make_parent_dirs(path);
    if (!errnum)
        errnum = io_write_file(AT_FDCWD, path, text, strlen(text));
    free(text);
    return errnum ? jig_fail_errno(error, errnum, "cannot write %s", path) : JIG_OK;
}

enum jig_status metrics_read(const char *path, json_t **object, struct jig_error *error)
{
    struct buf text = {0};
    json_error_t wrong;
    *object = NULL;
    int errnum = io_read_file(AT_FDCWD, path, &text);
    if (errnum) {
        buf_free(&text);
        return jig_fail_errno(error, errnum, "cannot read %s", path);
    }
    json_t *root = json_loadb(buf_cstr(&text), text.length, 0, &wrong);
    buf_free(&text);
    if (!root)
        return jig_fail(error, JIG_ERROR_SYNTAX, "%s:%d: %s", path, wrong.line, wrong.text);
    json_int_t version = json_integer_value(json_object_get(root, "version"));
    if (version == METRICS_VERSION && json_is_object(json_object_get(root, "scenarios"))) {
        *object = root;
        return JIG_OK;
    }
    json_decref(root);
    return version > METRICS_VERSION
               ? jig_fail(error, JIG_ERROR_USAGE, "%s was written by a later jig-perf", path)
               : jig_fail(error, JIG_ERROR_USAGE, "%s is not a metrics.json", path);
}

/* ---- reading ------------------------------------------------------------------------------- */

double *metrics_samples(const json_t *metrics, const char *scenario, const char *metric,
                        uint32_t *count)
{
    const json_t *of = json_object_get(json_object_get(metrics, "scenarios"), scenario);
    const json_t *samples =
        json_object_get(json_object_get(json_object_get(of, "metrics"), metric), "samples");
    size_t length = json_array_size(samples);
    if (!length || length > UINT32_MAX)
        return NULL;
    double *values = mem_array(length, sizeof *values);
    for (size_t i = 0; i < length; i++) {
        const json_t *value = json_array_get(samples, i);
        values[i] = json_is_number(value) ? json_number_value(value) : NAN;
        if (!(values[i] >= 0 && isfinite(values[i]))) {
            free(values);
            return NULL;
        }
    }
    *count = (uint32_t)length;
    return values;
}

double metrics_median(const json_t *metrics, const char *scenario, enum metric metric)
{
    uint32_t count;
    double *values = metrics_samples(metrics, scenario, metric_name(metric), &count);
    double median = values ? summarize(values, count).median : NAN;
    free(values);
    return median;
}
