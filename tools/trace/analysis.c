#include "tools/trace/parts.h"

#include <stdlib.h>

const char *trace_idle_name(enum trace_idle kind)
{
    static const char *const names[TRACE_IDLE_KINDS] = {
        [TRACE_IDLE_BEFORE] = "before the first job",
        [TRACE_IDLE_DEPS] = "no job was ready",
        [TRACE_IDLE_FAILED] = "after a failure",
        [TRACE_IDLE_POOL] = "pools were full",
        [TRACE_IDLE_ENGINE] = "ready jobs were not started",
        [TRACE_IDLE_BETWEEN] = "between jobs",
        [TRACE_IDLE_AFTER] = "after the last job",
    };
    return names[kind];
}

static void add_up(struct trace_analysis *analysis)
{
    const struct trace_log *log = analysis->log;
    analysis->first_ns = analysis->last_ns = log->duration_ns;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        analysis->passed += job->fate == TRACE_PASSED;
        if (job->fate != TRACE_RAN)
            continue;
        if (!analysis->ran || job->start_ns < analysis->first_ns)
            analysis->first_ns = job->start_ns;
        if (!analysis->ran || job->end_ns > analysis->last_ns)
            analysis->last_ns = job->end_ns;
        analysis->ran++;
        analysis->failed += job->exit_code != 0;
        analysis->own_ns += trace_own_ns(job);
        analysis->cpu_ns += job->user_ns + job->system_ns;
    }
    if (analysis->last_ns > analysis->first_ns)
        analysis->parallelism =
            (double)analysis->own_ns / (double)(analysis->last_ns - analysis->first_ns);
}

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double find_forecast_error(const struct trace_log *log)
{
    double *errors = mem_array(log->forecasts.count, sizeof *errors);
    uint32_t count = 0;
    for (uint32_t i = 0; i < log->forecasts.count; i++) {
        const struct trace_forecast *forecast = &log->forecasts.data[i];
        double left_ns = (double)(log->duration_ns - forecast->time_ns);
        double off_ns = (double)forecast->end_ns - (double)log->duration_ns;
        if (left_ns > 0)
            errors[count++] = (off_ns < 0 ? -off_ns : off_ns) / left_ns;
    }
    if (count)
        qsort(errors, count, sizeof *errors, by_size);
    double median = count ? errors[count / 2] : -1;
    free(errors);
    return median;
}

/* Which of the log's pools each job is in. Of pools with equal names the first counts. */
static uint32_t *find_pools(const struct trace_log *log)
{
    uint32_t *pool = mem_array(log->jobs.count, sizeof *pool);
    struct trace_names names;
    VEC(uint32_t) first = {0}; /* [index of name] the pool, or TRACE_NO_POOL */
    trace_names_init(&names, log);
    for (uint32_t i = 0; i < log->pools.count; i++)
        if (trace_names_index(&names, log->pools.data[i].name) == first.count)
            vec_push(&first, i);
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        uint32_t index = trace_names_index(&names, log->jobs.data[i].pool);
        if (index == first.count)
            vec_push(&first, TRACE_NO_POOL);
        pool[i] = log->jobs.data[i].pool ? first.data[index] : TRACE_NO_POOL;
    }
    vec_free(&first);
    trace_names_free(&names);
    return pool;
}

void trace_analyse(const struct trace_log *log, struct trace_analysis *analysis)
{
    *analysis = (struct trace_analysis){.log = log};
    analysis->slots = log->slots ? log->slots : log->processors ? log->processors : 1;
    analysis->blocking_ns = mem_array(log->jobs.count, sizeof *analysis->blocking_ns);
    analysis->tail_ns = mem_array(log->jobs.count, sizeof *analysis->tail_ns);
    analysis->on_path = mem_array(log->jobs.count, sizeof *analysis->on_path);
    analysis->forecast_error = find_forecast_error(log);
    add_up(analysis);

    struct trace_work work = {.log = log, .analysis = analysis, .pool = find_pools(log)};
    trace_rounds_find(&work.rounds, log);
    trace_followers_find(&work.followers, log, &work.rounds);
    trace_find_chains(&work);
    trace_find_path(&work);
    trace_find_idle(&work);
    trace_find_groups(&work);
    trace_find_what_if(&work);
    trace_find_advice(&work);
    trace_followers_free(&work.followers);
    trace_rounds_free(&work.rounds);
    free(work.pool);
}

void trace_analysis_free(struct trace_analysis *analysis)
{
    for (uint32_t i = 0; i < analysis->advice.count; i++) {
        free(analysis->advice.data[i].title);
        free(analysis->advice.data[i].text);
    }
    free(analysis->blocking_ns);
    free(analysis->tail_ns);
    free(analysis->on_path);
    vec_free(&analysis->path);
    vec_free(&analysis->levels);
    vec_free(&analysis->rules);
    vec_free(&analysis->reasons);
    vec_free(&analysis->reason_files);
    vec_free(&analysis->pools);
    vec_free(&analysis->what_if);
    vec_free(&analysis->advice);
    *analysis = (struct trace_analysis){0};
}
