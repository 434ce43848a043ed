/*
 * What to do next. Each kind of advice has one function that looks for its case and says so.
 *
 * What could be saved is found by simulating the build with and without the thing advised against,
 * on the same slots; the difference is corrected by how much longer the build took than simulated.
 * Nothing is advised that would save too little to be worth anybody's time.
 */
#include "tools/jig/text.h"
#include "tools/trace/parts.h"
#include "tools/trace/self_time.h"
#include "tools/trace/words.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEAST_GAIN_MS = 20,
    LEAST_GAIN_PERCENT = 5,      /* of the build's length */
    MANY_JOBS = 5,               /* that one file made run … */
    MANY_JOBS_PERCENT = 20,      /* … which are so much of all */
    MUCH_IDLE_PERCENT = 20,      /* of the time of all slots */
    MUCH_IDLE_POOL_PERCENT = 10, /* of it, for want of places in one pool */
    AS_GOOD_PERCENT = 2,         /* of the length: what fewer slots may add */
    BUSY_PERCENT = 60,           /* of their time, of jobs that wait for little but processors */
    FULL_PERCENT = 90,           /* of the processors' time: there is none left for more jobs */
    OTHERS_PERCENT = 25,         /* of it, that went into something else than jobs */
    LITTLE_MEMORY_PERCENT = 10,  /* of the most that was available */
};

struct adviser {
    struct trace_work *work;
    uint32_t gate; /* the job that TRACE_ADVICE_GATE is about */
};

static const char *output_of(const struct adviser *a, uint32_t job)
{
    return trace_log_str(a->work->log, a->work->log->jobs.data[job].output);
}

static bool is_worthwhile(const struct adviser *a, uint64_t gain_ns)
{
    return gain_ns >= (uint64_t)LEAST_GAIN_MS * 1000000 &&
           gain_ns >= a->work->log->duration_ns / 100 * LEAST_GAIN_PERCENT;
}

static uint64_t gain_of(const struct adviser *a, struct trace_change change)
{
    uint64_t jobs_ns = trace_simulate(a->work, change);
    uint64_t then_ns = trace_calibrated(a->work, jobs_ns);
    return then_ns < a->work->measured_ns ? a->work->measured_ns - then_ns : 0;
}

static void advise(struct adviser *a, enum trace_advice_kind kind, uint64_t gain_ns, uint32_t job,
                   struct buf *title, struct buf *text)
{
    vec_push(&a->work->analysis->advice,
             ((struct trace_advice){kind, gain_ns, job, title->data, text->data}));
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static void look_for_gate(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    const struct trace_step *longest = NULL;
    uint64_t waited_ns = 0;
    for (uint32_t i = 0; i < analysis->path.count; i++) {
        const struct trace_step *step = &analysis->path.data[i];
        if (step->kind != TRACE_STEP_JOB)
            continue;
        if (longest && step->end_ns - step->begin_ns <= longest->end_ns - longest->begin_ns)
            continue;
        longest = step;
        waited_ns = step->begin_ns - a->work->log->jobs.data[step->job].ready_ns;
    }
    if (!longest)
        return;
    uint8_t *without = mem_array(a->work->log->jobs.count, 1);
    without[longest->job] = 1;
    uint64_t gain_ns = gain_of(a, (struct trace_change){analysis->slots, TRACE_NO_POOL, without});
    free(without);
    uint64_t own_ns = longest->end_ns - longest->begin_ns;
    gain_ns = gain_ns < own_ns ? gain_ns : own_ns;
    if (!is_worthwhile(a, gain_ns))
        return;
    const struct trace_job *job = &a->work->log->jobs.data[longest->job];
    struct buf title = {0}, text = {0};
    buf_printf(&title, "%s takes %s of the critical path", output_of(a, longest->job),
               trace_share(own_ns, a->work->log->duration_ns).text);
    uint64_t blocking_ns = analysis->blocking_ns[longest->job];
    buf_printf(&text, "It ran for %s", trace_time(own_ns).text);
    if (blocking_ns)
        buf_printf(&text, ", and while it ran %s of slot time stood idle for want of other jobs",
                   trace_time(blocking_ns).text);
    buf_append_str(&text, ". Split it into jobs that can run side by side, make it do less, or let "
                          "it depend on less so that it can begin sooner.");
    if (is_worthwhile(a, waited_ns))
        buf_printf(&text, " It was ready %s before it was started%s.", trace_time(waited_ns).text,
                   job->expected_ms || job->pool
                       ? ""
                       : ": how long it takes was not known yet, the next build "
                         "will start it sooner");
    a->gate = longest->job;
    advise(a, TRACE_ADVICE_GATE, gain_ns, longest->job, &title, &text);
}

static void look_for_header(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    const struct trace_log *log = a->work->log;
    if (!analysis->reason_files.count)
        return;
    const struct trace_group *file = &analysis->reason_files.data[0];
    if (file->jobs < MANY_JOBS || (uint64_t)file->jobs * 100 / analysis->ran < MANY_JOBS_PERCENT)
        return;
    uint8_t *without = mem_array(log->jobs.count, 1);
    for (uint32_t i = 0; i < log->jobs.count; i++)
        without[i] = log->jobs.data[i].reason_file &&
                     strcmp(trace_log_str(log, log->jobs.data[i].reason_file), file->name) == 0;
    uint64_t gain_ns = gain_of(a, (struct trace_change){analysis->slots, TRACE_NO_POOL, without});
    free(without);
    if (!is_worthwhile(a, gain_ns))
        return;
    struct buf title = {0}, text = {0};
    buf_printf(&title, "%s made %" PRIu32 " of %" PRIu32 " jobs run", file->name, file->jobs,
               analysis->ran);
    buf_printf(&text,
               "They took %s of slot time. If it often changes, let fewer files depend on it: "
               "move what changes into a file of its own, declare instead of including, or read "
               "it when the program runs.",
               trace_time(file->own_ns).text);
    advise(a, TRACE_ADVICE_HEADER, gain_ns, file->longest, &title, &text);
}

static void look_for_pool(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    uint32_t worst = 0;
    for (uint32_t i = 1; i < analysis->pools.count; i++)
        if (analysis->pools.data[i].idle_ns > analysis->pools.data[worst].idle_ns)
            worst = i;
    if (!analysis->pools.count || !analysis->pools.data[worst].idle_ns)
        return;
    const struct trace_pool_use *pool = &analysis->pools.data[worst];
    uint64_t gain_ns = gain_of(a, (struct trace_change){analysis->slots, worst, NULL});
    /* In another order its jobs might have been no hindrance: that they were is worth a word. */
    uint64_t slots_ns = (analysis->last_ns - analysis->first_ns) * analysis->slots;
    bool much_idle = pool->idle_ns / MUCH_IDLE_POOL_PERCENT >= slots_ns / 100 &&
                     is_worthwhile(a, pool->idle_ns / analysis->slots);
    if (!is_worthwhile(a, gain_ns) && !much_idle)
        return;
    struct buf title = {0}, text = {0};
    buf_printf(&title, "The pool '%s' keeps slots idle", pool->name);
    buf_printf(&text,
               "%s of slot time stood idle while jobs waited for a place in it: %" PRIu32
               " %s ran in it, %" PRIu32 " at a time, for %s in all. ",
               trace_time(pool->idle_ns).text, pool->jobs, text_plural(pool->jobs, "job", "jobs"),
               pool->depth, trace_time(pool->own_ns).text);
    if (strcmp(pool->name, "console") == 0)
        buf_append_str(&text, "Take jobs out of it that need no terminal.");
    else
        buf_append_str(&text, "Make it deeper if memory and processors allow it, or take jobs out "
                              "of it that need not be in it.");
    advise(a, TRACE_ADVICE_POOL, gain_ns, TRACE_NO_JOB, &title, &text);
}

static void look_for_deps(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    uint64_t idle_ns = analysis->idle_ns[TRACE_IDLE_DEPS];
    uint64_t whole_ns = (analysis->last_ns - analysis->first_ns) * analysis->slots;
    uint64_t gain_ns = idle_ns / analysis->slots;
    uint32_t worst = TRACE_NO_JOB;
    for (uint32_t i = 0; i < a->work->log->jobs.count; i++)
        if (worst == TRACE_NO_JOB || analysis->blocking_ns[i] > analysis->blocking_ns[worst])
            worst = i;
    if (worst == TRACE_NO_JOB || worst == a->gate || !analysis->blocking_ns[worst] ||
        idle_ns / MUCH_IDLE_PERCENT < whole_ns / 100 || !is_worthwhile(a, gain_ns))
        return;
    struct buf title = {0}, text = {0};
    buf_printf(&title, "Slots were idle %s of the time because no job was ready",
               trace_share(idle_ns, whole_ns).text);
    buf_printf(&text,
               "What was left to do waited for jobs that ran: most of all for %s, which kept %s of "
               "slot time idle. Look whether what waits needs all that it depends on; order-only "
               "dependencies between libraries are often more than is needed.",
               output_of(a, worst), trace_time(analysis->blocking_ns[worst]).text);
    advise(a, TRACE_ADVICE_DEPS, gain_ns, worst, &title, &text);
}

/* ---- the machine ---------------------------------------------------------------------------- */

static const struct trace_what_if *row_of(const struct trace_analysis *analysis, uint32_t slots)
{
    for (uint32_t i = 0; i < analysis->what_if.count; i++)
        if (analysis->what_if.data[i].slots == slots)
            return &analysis->what_if.data[i];
    return NULL;
}

static void advise_more_slots(struct adviser *a, const struct trace_what_if *own,
                              const struct trace_what_if *more)
{
    uint64_t gain_ns = own->wall_ns - more->wall_ns;
    struct buf title = {0}, text = {0};
    buf_printf(&title, "%" PRIu32 " slots instead of %" PRIu32 " would save %s", more->slots,
               own->slots, trace_share(gain_ns, own->wall_ns).text);
    buf_printf(&text, "About %s instead of %s, if so many jobs do not slow each other down. ",
               trace_time(more->wall_ns).text, trace_time(own->wall_ns).text);
    if (more->slots <= a->work->log->processors)
        buf_printf(&text, "jig could use %" PRIu32 " processors: build with -j%" PRIu32 ".",
                   a->work->log->processors, more->slots);
    else
        buf_printf(&text,
                   "The jobs used a processor only %s of the time that they took: build with "
                   "-j%" PRIu32 ".",
                   trace_share(a->work->analysis->cpu_ns, a->work->analysis->own_ns).text,
                   more->slots);
    advise(a, TRACE_ADVICE_SLOTS, gain_ns, TRACE_NO_JOB, &title, &text);
}

static void advise_fewer_slots(struct adviser *a, const struct trace_what_if *own,
                               const struct trace_what_if *fewer)
{
    struct buf title = {0}, text = {0};
    struct trace_words now = trace_time(own->wall_ns), then = trace_time(fewer->wall_ns);
    buf_printf(&title, "%" PRIu32 " %s would do as well as %" PRIu32, fewer->slots,
               text_plural(fewer->slots, "slot", "slots"), own->slots);
    buf_append_str(&text, "What there was to do waited for other jobs more than for slots. ");
    if (strcmp(now.text, then.text) == 0)
        buf_printf(&text, "With -j%" PRIu32 " the build would take as long, %s, and leave",
                   fewer->slots, now.text);
    else
        buf_printf(&text,
                   "With -j%" PRIu32 " the build would take about %s instead of %s, and leave",
                   fewer->slots, then.text, now.text);
    buf_append_str(&text, " more of the machine to others.");
    advise(a, TRACE_ADVICE_SLOTS, 0, TRACE_NO_JOB, &title, &text);
}

/* What the processors did from one sample to another while jobs ran. */
struct machine_use {
    uint64_t whole_ns; /* of all processors; 0: not known */
    uint64_t busy_ns;
};

static struct machine_use use_of_machine(const struct adviser *a)
{
    const struct trace_log *log = a->work->log;
    const struct trace_sample *first = NULL, *last = NULL;
    for (uint32_t i = 0; i < log->samples.count; i++) {
        const struct trace_sample *sample = &log->samples.data[i];
        if (!first && sample->time_ns >= a->work->analysis->first_ns)
            first = sample;
        if (sample->time_ns <= a->work->analysis->last_ns)
            last = sample;
    }
    struct machine_use use = {0};
    if (!first || !last || last <= first || last->busy_ns < first->busy_ns)
        return use;
    use.whole_ns = (last->time_ns - first->time_ns) * (log->processors ? log->processors : 1);
    use.busy_ns = last->busy_ns - first->busy_ns;
    if (use.busy_ns > use.whole_ns)
        use.busy_ns = use.whole_ns; /* the machine has more than jig could use */
    return use;
}

static bool is_full(const struct adviser *a)
{
    struct machine_use use = use_of_machine(a);
    return use.whole_ns && use.busy_ns / FULL_PERCENT >= use.whole_ns / 100;
}

/* A build that shares the machine is slow for a reason that it cannot do anything about. */
static void look_for_others(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    struct machine_use use = use_of_machine(a);
    uint64_t jobs_ns = analysis->last_ns - analysis->first_ns;
    if (!is_full(a) || !jobs_ns)
        return;
    /* The share of jobs, over all of the time in which they ran, in the time between samples. */
    double jobs = (double)analysis->cpu_ns * ((double)use.whole_ns / (double)jobs_ns) /
                  (a->work->log->processors ? a->work->log->processors : 1);
    double others = (double)use.busy_ns - jobs;
    if (others * 100 < (double)use.whole_ns * OTHERS_PERCENT)
        return;
    struct buf title = {0}, text = {0};
    buf_append_str(&title, "Something else kept the processors busy");
    buf_printf(&text,
               "While jobs ran, the processors were busy %s of the time, and %s of it went into "
               "something else than jobs. Run times say little on such a machine: measure when it "
               "is idle, and look for what else runs there (other builds, an indexer, a backup).",
               trace_share(use.busy_ns, use.whole_ns).text,
               trace_share((uint64_t)others, use.whole_ns).text);
    advise(a, TRACE_ADVICE_OTHERS, 0, TRACE_NO_JOB, &title, &text);
}

/* Whether there is something to run so many jobs on: processors, or time of these that nobody
 * uses. That a larger machine would be faster is no advice. */
static bool are_of_use(const struct adviser *a, uint32_t slots)
{
    const struct trace_analysis *analysis = a->work->analysis;
    if (is_full(a))
        return false;
    return slots <= a->work->log->processors ||
           (analysis->cpu_ns && analysis->cpu_ns / BUSY_PERCENT < analysis->own_ns / 100);
}

/* Twice as many slots or, if that is not enough, four times; else how few would do. A build that
 * has no more jobs than slots says nothing of how many are good for others. */
static void look_for_slots(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    const struct trace_what_if *own = row_of(analysis, analysis->slots);
    const struct trace_what_if *first = analysis->what_if.data;
    const struct trace_what_if *end = first + analysis->what_if.count;
    if (analysis->ran <= 1)
        return;
    for (const struct trace_what_if *more = own + 1; more < end && more <= own + 2; more++)
        if (are_of_use(a, more->slots) && more->wall_ns < own->wall_ns &&
            is_worthwhile(a, own->wall_ns - more->wall_ns)) {
            advise_more_slots(a, own, more);
            return;
        }
    if (analysis->ran <= own->slots)
        return;
    const struct trace_what_if *fewer = first;
    while (fewer->slots <= own->slots / 2 &&
           fewer->wall_ns > own->wall_ns + own->wall_ns / 100 * AS_GOOD_PERCENT)
        fewer++;
    if (fewer->slots <= own->slots / 2 && is_worthwhile(a, analysis->last_ns - analysis->first_ns))
        advise_fewer_slots(a, own, fewer);
}

static void look_for_memory(struct adviser *a)
{
    const struct trace_log *log = a->work->log;
    const struct trace_sample *least = NULL;
    uint64_t most_bytes = 0, largest_rss = 0;
    uint32_t largest = TRACE_NO_JOB, running = 0;
    for (uint32_t i = 0; i < log->samples.count; i++) {
        const struct trace_sample *sample = &log->samples.data[i];
        if (!least || sample->available_bytes < least->available_bytes)
            least = sample;
        if (sample->available_bytes > most_bytes)
            most_bytes = sample->available_bytes;
    }
    if (!least || least->available_bytes / LITTLE_MEMORY_PERCENT >= most_bytes / 100)
        return;
    for (uint32_t i = 0; i < log->jobs.count; i++) {
        const struct trace_job *job = &log->jobs.data[i];
        if (job->fate != TRACE_RAN || job->start_ns > least->time_ns ||
            job->end_ns <= least->time_ns)
            continue;
        running++;
        if (largest == TRACE_NO_JOB || job->peak_rss > largest_rss) {
            largest = i;
            largest_rss = job->peak_rss;
        }
    }
    if (largest == TRACE_NO_JOB)
        return; /* it was not this build that took the memory */
    const uint64_t mib = (uint64_t)1024 * 1024;
    struct buf title = {0}, text = {0};
    buf_printf(&title, "Memory ran short: %" PRIu64 " MiB were left", least->available_bytes / mib);
    buf_printf(&text,
               "That was %s after the beginning, with %" PRIu32
               " %s running; the largest, %s, took up to %" PRIu64
               " MiB. Put the large ones into a pool, or build with fewer slots: a machine that "
               "swaps is slower than an idle slot.",
               trace_time(least->time_ns).text, running, text_plural(running, "job", "jobs"),
               output_of(a, largest), largest_rss / mib);
    advise(a, TRACE_ADVICE_MEMORY, 0, largest, &title, &text);
}

/* ---- the engine ----------------------------------------------------------------------------- */

/* What the session's thread did in those steps of the critical path that are the engine's. */
struct engine_time {
    const struct trace_analysis *analysis;
    uint32_t step; /* the first one that may not be over */
    struct trace_names names;
    VEC(uint64_t) ns; /* [name] */
};

static void add_engine_time(void *context, const struct trace_stretch *stretch)
{
    struct engine_time *time = context;
    const struct trace_analysis *analysis = time->analysis;
    const struct trace_slice *slice =
        &analysis->log->slices.data[stretch->slices[stretch->depth - 1]];
    if (slice->worker != 0)
        return;
    const struct trace_step *steps = analysis->path.data;
    while (time->step < analysis->path.count && steps[time->step].end_ns <= stretch->begin_ns)
        time->step++;
    uint32_t index = trace_names_index(&time->names, slice->name);
    if (index == time->ns.count)
        vec_push(&time->ns, 0);
    for (uint32_t i = time->step; i < analysis->path.count && steps[i].begin_ns < stretch->end_ns;
         i++) {
        uint64_t begin = steps[i].begin_ns, end = steps[i].end_ns;
        begin = begin > stretch->begin_ns ? begin : stretch->begin_ns;
        end = end < stretch->end_ns ? end : stretch->end_ns;
        if (steps[i].kind == TRACE_STEP_ENGINE && begin < end)
            time->ns.data[index] += end - begin;
    }
}

static void look_for_engine(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    uint64_t engine_ns = analysis->path_ns[TRACE_STEP_ENGINE];
    enum { MUCH_ENGINE_PERCENT = 25, MUCH_ENGINE_MS = 100 };
    if (engine_ns < (uint64_t)MUCH_ENGINE_MS * 1000000 ||
        engine_ns / MUCH_ENGINE_PERCENT < a->work->log->duration_ns / 100)
        return;
    struct engine_time time = {.analysis = analysis};
    trace_names_init(&time.names, a->work->log);
    trace_each_stretch(a->work->log, add_engine_time, &time);
    uint32_t most = 0;
    for (uint32_t i = 1; i < time.ns.count; i++)
        if (time.ns.data[i] > time.ns.data[most])
            most = i;
    struct buf title = {0}, text = {0};
    buf_printf(&title, "jig itself took %s of the build",
               trace_share(engine_ns, a->work->log->duration_ns).text);
    buf_printf(&text, "For %s no job of the critical path was running or waiting for a slot",
               trace_time(engine_ns).text);
    if (time.ns.count && time.ns.data[most])
        buf_printf(&text, "; most of it, %s, went into \"%s\"", trace_time(time.ns.data[most]).text,
                   trace_log_str(a->work->log, time.names.members.data[most]));
    buf_append_str(&text, ". A daemon (jig build --daemon) or jig watch keeps in memory what is "
                          "otherwise looked up anew for each build.");
    trace_names_free(&time.names);
    vec_free(&time.ns);
    advise(a, TRACE_ADVICE_ENGINE, engine_ns, TRACE_NO_JOB, &title, &text);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void advise_nothing(struct adviser *a)
{
    const struct trace_analysis *analysis = a->work->analysis;
    uint64_t whole_ns = (analysis->last_ns - analysis->first_ns) * analysis->slots;
    struct buf title = {0}, text = {0};
    buf_append_str(&title, "Nothing stands out");
    if (analysis->ran)
        buf_printf(&text,
                   "While jobs ran, slots were busy %s of the time; no job, pool or file costs "
                   "enough to be worth a change.",
                   trace_share(analysis->own_ns, whole_ns).text);
    else
        buf_append_str(&text, "No job had to run.");
    advise(a, TRACE_ADVICE_NONE, 0, TRACE_NO_JOB, &title, &text);
}

/* What did not come to its end says nothing of what would have taken long. */
static void advise_to_finish(struct adviser *a)
{
    struct buf title = {0}, text = {0};
    buf_append_str(&title, "The build was interrupted");
    buf_append_str(&text, "All numbers are of jobs that had ended by then; those that were running "
                          "and those to come are not among them.");
    advise(a, TRACE_ADVICE_NONE, 0, TRACE_NO_JOB, &title, &text);
}

static int by_gain(const void *left, const void *right)
{
    const struct trace_advice *a = left;
    const struct trace_advice *b = right;
    if (a->gain_ns != b->gain_ns)
        return a->gain_ns > b->gain_ns ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

void trace_find_advice(struct trace_work *work)
{
    struct trace_analysis *analysis = work->analysis;
    struct adviser a = {
        .work = work,
        .gate = TRACE_NO_JOB,
    };
    if (strcmp(trace_log_str(work->log, work->log->outcome), "interrupted") == 0) {
        advise_to_finish(&a);
        return;
    }
    look_for_gate(&a);
    look_for_header(&a);
    look_for_pool(&a);
    look_for_deps(&a);
    look_for_slots(&a);
    look_for_memory(&a);
    look_for_others(&a);
    look_for_engine(&a);
    if (!analysis->advice.count)
        advise_nothing(&a);
    qsort(analysis->advice.data, analysis->advice.count, sizeof *analysis->advice.data, by_gain);
}
