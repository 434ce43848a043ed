#include "engine/session/forecast.h"

#include <stdlib.h>

#define NS_A_MS    1000000.0
#define LONGEST_NS 1e18 /* 30 years: what records say can be anything */

void forecast_begin(struct forecast *forecast, uint32_t jobs, uint32_t slots, uint32_t processors,
                    uint64_t mean_ms)
{
    struct forecast begun = {
        .jobs = mem_array(jobs, sizeof *begun.jobs),
        .slots = slots ? slots : UINT32_MAX,
        .processors = processors ? processors : 1,
        .mean_ms = mean_ms ? mean_ms : 1,
        .stride = forecast->stride ? forecast->stride : 1,
        .untaken = forecast->untaken,
    };
    begun.points.data = forecast->points.data;
    begun.points.count = forecast->points.count;
    begun.points.capacity = forecast->points.capacity;
    forecast->points.data = NULL;
    forecast->points.capacity = 0;
    forecast_free(forecast);
    *forecast = begun;
}

void forecast_free(struct forecast *forecast)
{
    free(forecast->jobs);
    vec_free(&forecast->rules);
    vec_free(&forecast->rule_index);
    vec_free(&forecast->running);
    vec_free(&forecast->points);
    *forecast = (struct forecast){0};
}

/* ---- rules ------------------------------------------------------------------------------- */

/* Where the rule stands in the hash table, or the free place for it. */
static uint32_t *rule_place(struct forecast *forecast, uint32_t name)
{
    uint32_t mask = forecast->rule_index.count - 1;
    uint32_t i = name * 2654435761u & mask; /* Knuth, TAOCP 3, 6.4: multiplicative hashing */
    uint32_t *places = forecast->rule_index.data;
    while (places[i] && forecast->rules.data[places[i] - 1].name != name)
        i = (i + 1) & mask;
    return &places[i];
}

static void make_room(struct forecast *forecast)
{
    enum { FIRST_ROOM = 16 };
    if (forecast->rules.count * 2 < forecast->rule_index.count)
        return;
    uint32_t room = forecast->rule_index.count ? forecast->rule_index.count * 2 : FIRST_ROOM;
    vec_free(&forecast->rule_index);
    vec_extend(&forecast->rule_index, room);
    for (uint32_t i = 0; i < forecast->rules.count; i++)
        *rule_place(forecast, forecast->rules.data[i].name) = i + 1;
}

static uint32_t find_rule(struct forecast *forecast, uint32_t name)
{
    make_room(forecast);
    uint32_t *place = rule_place(forecast, name);
    if (!*place) {
        const struct forecast_rule rule = {.name = name};
        vec_push(&forecast->rules, rule);
        *place = forecast->rules.count;
    }
    return *place - 1;
}

static double mean_ns(struct forecast_mean mean)
{
    return (double)mean.ns / mean.count;
}

/* Takes what a rule's jobs without a record come to out of the sums, or puts it in again. */
static void count_unknown(struct forecast *forecast, const struct forecast_rule *rule, int sign)
{
    if (rule->took.count)
        forecast->unknown_ns += sign * mean_ns(rule->took) * rule->unknown;
    else if (sign > 0)
        forecast->strangers += rule->unknown;
    else
        forecast->strangers -= rule->unknown;
}

static void change_rule(struct forecast *forecast, uint32_t index, int unknown, uint64_t took_ns)
{
    struct forecast_rule *rule = &forecast->rules.data[index];
    count_unknown(forecast, rule, -1);
    rule->unknown += (uint32_t)unknown;
    if (took_ns) {
        rule->took.ns += took_ns;
        rule->took.count++;
        forecast->took.ns += took_ns;
        forecast->took.count++;
    }
    count_unknown(forecast, rule, 1);
}

void forecast_know(struct forecast *forecast, uint32_t rule, uint32_t ms)
{
    change_rule(forecast, find_rule(forecast, rule), 0, (uint64_t)ms * 1000000);
}

/* ---- jobs -------------------------------------------------------------------------------- */

void forecast_expect(struct forecast *forecast, uint32_t job, uint32_t rule, uint32_t ms,
                     uint32_t processor_ms)
{
    uint32_t index = find_rule(forecast, rule);
    forecast->jobs[job] =
        (struct forecast_job){.rule = index, .ms = ms, .processor_ms = processor_ms};
    forecast->left++;
    forecast->left_ms += ms;
    forecast->left_processor_ms += processor_ms;
    change_rule(forecast, index, ms == 0, (uint64_t)ms * 1000000);
}

void forecast_start(struct forecast *forecast, uint32_t job, uint64_t weight_ms, uint64_t start_ns)
{
    const struct forecast_running running = {job, start_ns, weight_ms};
    vec_push(&forecast->running, running);
    forecast->jobs[job].running = forecast->running.count;
}

void forecast_take_back(struct forecast *forecast, uint32_t job)
{
    uint32_t place = forecast->jobs[job].running;
    if (!place)
        return;
    struct forecast_running last = forecast->running.data[--forecast->running.count];
    forecast->running.data[place - 1] = last;
    forecast->jobs[last.job].running = place;
    forecast->jobs[job].running = 0;
}

void forecast_end(struct forecast *forecast, uint32_t job, uint64_t took_ns, uint64_t processor_ns)
{
    struct forecast_job *known = &forecast->jobs[job];
    forecast_take_back(forecast, job);
    forecast->left--;
    forecast->left_ms -= known->ms;
    forecast->left_processor_ms -= known->processor_ms;
    if (took_ns && known->ms) {
        forecast->recorded_ms += known->ms;
        forecast->measured_ns += took_ns;
    }
    if (took_ns && known->processor_ms) {
        forecast->recorded_processor_ms += known->processor_ms;
        forecast->measured_processor_ns += processor_ns;
    }
    forecast->ended += took_ns > 0;
    /* A record is in the mean already. */
    change_rule(forecast, known->rule, -(known->ms == 0), known->ms ? 0 : took_ns);
}

/* ---- foretelling ------------------------------------------------------------------------- */

/* What a job is to take before the records are corrected, in ns; 0 when nothing is known at all. */
static double expected_ns(const struct forecast *forecast, uint32_t job)
{
    const struct forecast_job *known = &forecast->jobs[job];
    const struct forecast_rule *rule = &forecast->rules.data[known->rule];
    if (known->ms)
        return known->ms * NS_A_MS;
    if (rule->took.count)
        return mean_ns(rule->took);
    return forecast->took.count ? mean_ns(forecast->took) : 0;
}

static double elapsed_ns(const struct forecast_running *running, uint64_t now_ns)
{
    return running->start_ns && now_ns > running->start_ns ? (double)(now_ns - running->start_ns)
                                                           : 0;
}

/*
 * How many times as long as their records say this build's jobs take. A few jobs that took what
 * they should are thrown in, lest the first one decides alone; and a job that runs longer than its
 * record says is known to be that much off already, and will be more so when it ends.
 */
static double correction(const struct forecast *forecast, uint64_t now_ns)
{
    enum { THROWN_IN = 2 };
    const double at_its_end = 1.5; /* times what it has run already, at a guess */
    double thrown_in = forecast->took.count ? mean_ns(forecast->took) * THROWN_IN : 0;
    double recorded = (double)forecast->recorded_ms * NS_A_MS + thrown_in;
    double measured = (double)forecast->measured_ns + thrown_in;
    for (uint32_t i = 0; i < forecast->running.count; i++) {
        const struct forecast_running *running = &forecast->running.data[i];
        double elapsed = elapsed_ns(running, now_ns);
        double ms = forecast->jobs[running->job].ms;
        if (ms > 0 && elapsed > ms * NS_A_MS) {
            recorded += ms * NS_A_MS;
            measured += elapsed * at_its_end;
        }
    }
    return recorded > 0 ? measured / recorded : 1;
}

static uint32_t slots_in_use(const struct forecast *forecast)
{
    return forecast->slots < forecast->left ? forecast->slots : forecast->left;
}

/* The part of the correction that is not because the slots are more than the processors. */
static double correction_alone(const struct forecast *forecast, double factor)
{
    double slots = slots_in_use(forecast);
    if (factor <= 1 || slots <= forecast->processors)
        return factor;
    return 1 + (factor - 1) * forecast->processors / slots;
}

/* What a running job still takes. One that is overdue is expected to take a little more still. */
static double rest_ns(double expected, double elapsed)
{
    enum { SHARE_OF_OVERDUE = 8 };
    double least = elapsed / SHARE_OF_OVERDUE;
    return expected - elapsed > least ? expected - elapsed : least;
}

/*
 * How many times as much processor time as recorded this build's jobs use. As above, some of what
 * was recorded is thrown in.
 */
static double processor_correction(const struct forecast *forecast)
{
    const double thrown_in = 100 * NS_A_MS;
    return ((double)forecast->measured_processor_ns + thrown_in) /
           ((double)forecast->recorded_processor_ms * NS_A_MS + thrown_in);
}

/* What the processors still have to do, were they all busy with it, in ns. */
static double processors_need(const struct forecast *forecast, uint64_t now_ns, double factor)
{
    double left = (double)forecast->left_processor_ms * NS_A_MS;
    for (uint32_t i = 0; i < forecast->running.count; i++) {
        const struct forecast_running *running = &forecast->running.data[i];
        double expected = factor * expected_ns(forecast, running->job);
        double elapsed = elapsed_ns(running, now_ns);
        double done = elapsed < expected ? elapsed / expected : 1;
        left -= done * forecast->jobs[running->job].processor_ms * NS_A_MS;
    }
    return processor_correction(forecast) * left / forecast->processors;
}

/* What is left by work and slots, by processors, and by the longest chain: the largest, in ns. */
static double compute(const struct forecast *forecast, uint64_t now_ns, uint64_t heaviest_ms,
                      uint64_t own_ns)
{
    double factor = correction(forecast, now_ns);
    double all_mean = forecast->took.count ? mean_ns(forecast->took) : 0;
    double work = factor * ((double)forecast->left_ms * NS_A_MS + forecast->unknown_ns +
                            all_mean * forecast->strangers);
    /* Weights without any record count jobs, not time. */
    bool recorded = forecast->recorded_ms || forecast->left_ms;
    double alone = correction_alone(forecast, factor);
    double weight_ns = recorded ? alone * NS_A_MS : all_mean / (double)forecast->mean_ms;
    double chain = (double)heaviest_ms * weight_ns;
    for (uint32_t i = 0; i < forecast->running.count; i++) {
        const struct forecast_running *running = &forecast->running.data[i];
        uint32_t ms = forecast->jobs[running->job].ms;
        double expected = factor * expected_ns(forecast, running->job);
        double rest = rest_ns(expected, elapsed_ns(running, now_ns));
        uint64_t own_ms = ms ? ms : forecast->mean_ms;
        uint64_t after_ms = running->weight_ms > own_ms ? running->weight_ms - own_ms : 0;
        double line = rest + (double)after_ms * weight_ns;
        work += rest - expected;
        chain = line > chain ? line : chain;
    }
    double own = forecast->ended ? (double)own_ns / forecast->ended : 0;
    work = (work + own * forecast->left) / slots_in_use(forecast);
    double processors = processors_need(forecast, now_ns, factor);
    double longer = work > chain ? work : chain;
    longer = processors > longer ? processors : longer;
    return longer < LONGEST_NS ? longer : LONGEST_NS;
}

static void keep_point(struct forecast *forecast, uint64_t now_ns)
{
    const struct forecast_point point = {now_ns, (uint64_t)forecast->end_ns};
    if (++forecast->untaken < forecast->stride)
        return;
    forecast->untaken = 0;
    if (forecast->points.count == FORECAST_POINTS) {
        /* Every other one makes room, and from now on half as many come. */
        for (size_t i = 0; i < FORECAST_POINTS / 2; i++)
            forecast->points.data[i] = forecast->points.data[2 * i];
        forecast->points.count /= 2;
        forecast->stride *= 2;
    }
    vec_push(&forecast->points, point);
}

/* Moves what is told towards what was computed: the nearer the end, the faster. */
static void follow(struct forecast *forecast, uint64_t now_ns, double end_ns)
{
    enum { SHARE_OF_REST = 8, MOST_DELAY_MS = 2000 };
    double now = (double)now_ns;
    if (forecast->end_ns <= now) {
        forecast->end_ns = end_ns; /* the first one, or what was told has passed */
        return;
    }
    double delay = (end_ns - now) / SHARE_OF_REST;
    delay = delay < MOST_DELAY_MS * NS_A_MS ? delay : MOST_DELAY_MS * NS_A_MS;
    double since = now - (double)forecast->told_ns;
    forecast->end_ns += (end_ns - forecast->end_ns) * since / (since + delay);
}

void forecast_tell(struct forecast *forecast, uint64_t now_ns, uint64_t heaviest_ms,
                   uint64_t own_ns)
{
    bool known = forecast->took.count > 0 && forecast->left;
    forecast->due_ns = now_ns + (uint64_t)(FORECAST_INTERVAL_MS * NS_A_MS);
    if (!known)
        return;
    follow(forecast, now_ns, (double)now_ns + compute(forecast, now_ns, heaviest_ms, own_ns));
    forecast->told_ns = now_ns;
    keep_point(forecast, now_ns);
}

uint64_t forecast_left_ms(const struct forecast *forecast, uint64_t now_ns)
{
    if (forecast->end_ns == 0)
        return 0;
    double left = (forecast->end_ns - (double)now_ns) / NS_A_MS;
    return left > 1 ? (uint64_t)left : 1;
}
