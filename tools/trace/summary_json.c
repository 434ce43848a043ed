#include "tools/trace/summary_json.h"

#include "tools/jig/path_json.h"

void trace_json_number(json_t *object, const char *key, uint64_t value)
{
    json_object_set_new(object, key,
                        json_integer((json_int_t)(value < INT64_MAX ? value : INT64_MAX)));
}

static void set_text(json_t *object, const char *key, const struct trace_log *log, trace_text text)
{
    path_json_set(object, key, trace_log_str(log, text));
}

void trace_build_json(const struct trace_log *log, json_t *object)
{
    json_object_set_new(object, "began_ns", json_integer(log->began_ns));
    trace_json_number(object, "duration_ns", log->duration_ns);
    set_text(object, "version", log, log->version);
    set_text(object, "directory", log, log->directory);
    set_text(object, "manifest", log, log->manifest);
    set_text(object, "asked", log, log->asked);
    set_text(object, "kind", log, log->kind);
    set_text(object, "full_reason", log, log->full_reason);
    set_text(object, "outcome", log, log->outcome);
}

/* One word for each, in JSON's usual spelling. */
static const char *idle_key(enum trace_idle kind)
{
    static const char *const keys[TRACE_IDLE_KINDS] = {
        [TRACE_IDLE_BEFORE] = "before", [TRACE_IDLE_DEPS] = "deps",
        [TRACE_IDLE_POOL] = "pool",     [TRACE_IDLE_ENGINE] = "engine",
        [TRACE_IDLE_FAILED] = "failed", [TRACE_IDLE_BETWEEN] = "between",
        [TRACE_IDLE_AFTER] = "after",
    };
    return keys[kind];
}

static const char *step_key(enum trace_step_kind kind)
{
    static const char *const keys[TRACE_STEP_KINDS] = {
        [TRACE_STEP_ENGINE] = "engine",
        [TRACE_STEP_WAIT] = "wait",
        [TRACE_STEP_JOB] = "job",
    };
    return keys[kind];
}

static const char *wait_key(enum trace_wait cause)
{
    static const char *const keys[TRACE_WAITS] = {
        [TRACE_WAIT_POOL] = "pool",
        [TRACE_WAIT_SLOT] = "slot",
        [TRACE_WAIT_ENGINE] = "engine",
    };
    return keys[cause];
}

static const char *advice_key(enum trace_advice_kind kind)
{
    static const char *const keys[] = {
        [TRACE_ADVICE_GATE] = "gate",     [TRACE_ADVICE_HEADER] = "header",
        [TRACE_ADVICE_POOL] = "pool",     [TRACE_ADVICE_DEPS] = "deps",
        [TRACE_ADVICE_SLOTS] = "slots",   [TRACE_ADVICE_ENGINE] = "engine",
        [TRACE_ADVICE_MEMORY] = "memory", [TRACE_ADVICE_OTHERS] = "others",
        [TRACE_ADVICE_NONE] = "none",
    };
    return keys[kind];
}

/* The groups' lists have a type each, with the same members. */
static json_t *groups_json(const struct trace_log *log, const struct trace_group *groups,
                           uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_t *group = json_object();
        path_json_set(group, "name", groups[i].name);
        trace_json_number(group, "jobs", groups[i].jobs);
        trace_json_number(group, "own_ns", groups[i].own_ns);
        trace_json_number(group, "cpu_ns", groups[i].cpu_ns);
        trace_json_number(group, "blocking_ns", groups[i].blocking_ns);
        trace_json_number(group, "longest_ns", groups[i].longest_ns);
        set_text(group, "longest", log, log->jobs.data[groups[i].longest].output);
        json_array_append_new(list, group);
    }
    return list;
}

static json_t *pools_json(const struct trace_analysis *a)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < a->pools.count; i++) {
        const struct trace_pool_use *use = &a->pools.data[i];
        json_t *pool = json_object();
        path_json_set(pool, "name", use->name);
        trace_json_number(pool, "depth", use->depth);
        trace_json_number(pool, "jobs", use->jobs);
        trace_json_number(pool, "own_ns", use->own_ns);
        trace_json_number(pool, "idle_ns", use->idle_ns);
        trace_json_number(pool, "path_ns", use->path_ns);
        json_array_append_new(list, pool);
    }
    return list;
}

static json_t *what_if_json(const struct trace_analysis *a)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < a->what_if.count; i++) {
        json_t *row = json_object();
        trace_json_number(row, "slots", a->what_if.data[i].slots);
        trace_json_number(row, "jobs_ns", a->what_if.data[i].jobs_ns);
        trace_json_number(row, "wall_ns", a->what_if.data[i].wall_ns);
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *advice_json(const struct trace_analysis *a)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < a->advice.count; i++) {
        const struct trace_advice *given = &a->advice.data[i];
        json_t *advice = json_object();
        json_object_set_new(advice, "kind", json_string(advice_key(given->kind)));
        trace_json_number(advice, "gain_ns", given->gain_ns);
        if (given->job != TRACE_NO_JOB)
            set_text(advice, "job", a->log, a->log->jobs.data[given->job].output);
        json_object_set_new(advice, "title", path_json(given->title));
        json_object_set_new(advice, "text", path_json(given->text));
        json_array_append_new(list, advice);
    }
    return list;
}

/* By name, as they are; the first of equal names. */
static json_t *numbers_json(const struct trace_log *log)
{
    json_t *numbers = json_object();
    for (uint32_t i = log->numbers.count; i-- > 0;) {
        json_t *name = path_json(trace_log_str(log, log->numbers.data[i].name));
        trace_json_number(numbers, json_string_value(name), log->numbers.data[i].value);
        json_decref(name);
    }
    return numbers;
}

static json_t *path_times_json(const struct trace_analysis *a)
{
    json_t *path = json_object();
    for (enum trace_step_kind kind = 0; kind < TRACE_STEP_KINDS; kind++)
        trace_json_number(path, step_key(kind), a->path_ns[kind]);
    return path;
}

static json_t *wait_times_json(const uint64_t wait_ns[TRACE_WAITS])
{
    json_t *waits = json_object();
    for (enum trace_wait cause = 0; cause < TRACE_WAITS; cause++)
        trace_json_number(waits, wait_key(cause), wait_ns[cause]);
    return waits;
}

json_t *trace_summary_json(const struct trace_analysis *a)
{
    json_t *summary = json_object();
    trace_build_json(a->log, summary);
    trace_json_number(summary, "processors", a->log->processors);
    trace_json_number(summary, "slots", a->slots);
    trace_json_number(summary, "jobs_run", a->ran);
    trace_json_number(summary, "jobs_failed", a->failed);
    trace_json_number(summary, "jobs_passed", a->passed);
    trace_json_number(summary, "own_ns", a->own_ns);
    trace_json_number(summary, "cpu_ns", a->cpu_ns);
    trace_json_number(summary, "first_ns", a->first_ns);
    trace_json_number(summary, "last_ns", a->last_ns);
    trace_json_number(summary, "longest_chain_ns", a->longest_ns);
    json_object_set_new(summary, "parallelism", json_real(a->parallelism));
    json_t *idle = json_object();
    for (enum trace_idle kind = 0; kind < TRACE_IDLE_KINDS; kind++)
        trace_json_number(idle, idle_key(kind), a->idle_ns[kind]);
    json_object_set_new(summary, "idle_ns", idle);
    json_object_set_new(summary, "path_ns", path_times_json(a));
    json_object_set_new(summary, "wait_ns", wait_times_json(a->wait_ns));
    json_object_set_new(summary, "rules", groups_json(a->log, a->rules.data, a->rules.count));
    json_object_set_new(summary, "reasons", groups_json(a->log, a->reasons.data, a->reasons.count));
    json_object_set_new(summary, "reason_files",
                        groups_json(a->log, a->reason_files.data, a->reason_files.count));
    json_object_set_new(summary, "pools", pools_json(a));
    json_object_set_new(summary, "what_if", what_if_json(a));
    json_object_set_new(summary, "forecast_error",
                        a->forecast_error < 0 ? json_null() : json_real(a->forecast_error));
    json_object_set_new(summary, "numbers", numbers_json(a->log));
    json_object_set_new(summary, "advice", advice_json(a));
    return summary;
}

json_t *trace_path_json(const struct trace_analysis *a)
{
    json_t *path = json_object();
    json_t *steps = json_array();
    trace_build_json(a->log, path);
    json_object_set_new(path, "path_ns", path_times_json(a));
    json_object_set_new(path, "wait_ns", wait_times_json(a->wait_ns));
    for (uint32_t i = 0; i < a->path.count; i++) {
        const struct trace_step *of_path = &a->path.data[i];
        json_t *step = json_object();
        json_object_set_new(step, "kind", json_string(step_key(of_path->kind)));
        trace_json_number(step, "begin_ns", of_path->begin_ns);
        trace_json_number(step, "end_ns", of_path->end_ns);
        if (of_path->kind == TRACE_STEP_WAIT)
            json_object_set_new(step, "wait_ns", wait_times_json(of_path->wait_ns));
        if (of_path->job != TRACE_NO_JOB) {
            const struct trace_job *job = &a->log->jobs.data[of_path->job];
            set_text(step, "job", a->log, job->output);
            set_text(step, "rule", a->log, job->rule);
            set_text(step, "pool", a->log, job->pool);
            set_text(step, "reason", a->log, job->reason);
            set_text(step, "reason_file", a->log, job->reason_file);
            json_object_set_new(step, "exit_code", json_integer(job->exit_code));
        }
        json_array_append_new(steps, step);
    }
    json_object_set_new(path, "steps", steps);
    return path;
}
