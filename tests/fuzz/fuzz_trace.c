/*
 * Reads traces that are arbitrary bytes, traces whose header verifies and whose rest is arbitrary,
 * and sound traces of builds drawn from the input. What is accepted must survive being analysed,
 * compared with itself and written in every form, and the analysis must add up.
 */
#include "fuzz.h"

#include "engine/trace/format.h"
#include "engine/trace/log.h"
#include "tools/trace/chrome.h"
#include "tools/trace/diff.h"
#include "tools/trace/flame.h"
#include "tools/trace/page.h"
#include "tools/trace/summary_json.h"

#include <string.h>

enum mode { MODE_BYTES, MODE_SEALED, MODE_DRAWN, MODES };

struct input {
    const uint8_t *data;
    size_t left;
};

/* The next byte, below `limit`; 0 when there is none. */
static uint32_t take(struct input *input, uint32_t limit)
{
    if (!input->left)
        return 0;
    input->left--;
    return *input->data++ % limit;
}

/* ---- drawing -------------------------------------------------------------------------------- */

enum { DRAWN_SLOTS = 4, MOST_DEPS = 4, MOST_JOBS = 500 };

static const char *const words[] = {"", "a", "b", "a;b", "\x1b[31m", "\xff", "x/y", "\n"};

static trace_text draw_text(struct trace_log *log, struct input *input)
{
    return trace_log_text(log, words[take(input, sizeof words / sizeof *words)]);
}

static void draw_job(struct trace_log *log, struct input *input, uint64_t *slots_end)
{
    struct trace_job job = {.output = draw_text(log, input),
                            .rule = draw_text(log, input),
                            .pool = draw_text(log, input),
                            .reason = draw_text(log, input),
                            .reason_file = draw_text(log, input),
                            .fate = take(input, TRACE_FATES),
                            .slot = take(input, DRAWN_SLOTS),
                            .exit_code = (int32_t)take(input, 2),
                            .peak_rss = take(input, 256)};
    uint32_t deps[MOST_DEPS];
    uint32_t count = log->jobs.count ? take(input, MOST_DEPS + 1) : 0;
    for (uint32_t i = 0; i < count; i++) {
        deps[i] = log->jobs.count - 1 - take(input, 256) % log->jobs.count;
        uint64_t end_ns = log->jobs.data[deps[i]].end_ns;
        job.ready_ns = job.ready_ns > end_ns ? job.ready_ns : end_ns;
    }
    job.ready_ns += take(input, 8);
    job.start_ns = job.ready_ns + take(input, 8);
    if (job.fate == TRACE_RAN && job.start_ns < slots_end[job.slot])
        job.start_ns = slots_end[job.slot];
    job.end_ns = job.start_ns + (job.fate == TRACE_RAN ? take(input, 64) : 0);
    if (job.fate == TRACE_RAN)
        slots_end[job.slot] = job.end_ns;
    if (log->duration_ns < job.end_ns)
        log->duration_ns = job.end_ns;
    trace_log_add_job(log, &job, deps, count);
}

static void draw(struct input *input, struct buf *file)
{
    struct trace_log log = {.workers = 1};
    uint64_t slots_end[DRAWN_SLOTS] = {0};
    log.slots = take(input, DRAWN_SLOTS + 1);
    log.processors = take(input, 3);
    for (uint32_t i = take(input, 4); i > 0; i--)
        vec_push(&log.pools, ((struct trace_pool){draw_text(&log, input), 1 + take(input, 3)}));
    while (input->left && log.jobs.count < MOST_JOBS)
        draw_job(&log, input, slots_end);
    trace_log_encode(&log, file);
    trace_log_free(&log);
}

/* ---- checking ------------------------------------------------------------------------------- */

/* The steps of the path cover the build. */
static void check_path(const struct trace_analysis *analysis)
{
    uint64_t until_ns = 0;
    for (uint32_t i = 0; i < analysis->path.count; i++) {
        const struct trace_step *step = &analysis->path.data[i];
        FUZZ_CHECK(step->begin_ns == until_ns && step->end_ns >= until_ns);
        FUZZ_CHECK((step->job == TRACE_NO_JOB) == (step->kind == TRACE_STEP_ENGINE));
        until_ns = step->end_ns;
    }
    FUZZ_CHECK(until_ns == analysis->log->duration_ns);
}

/* Each slot is busy or idle at each moment. Modulo 2^64, as in the analysis. */
static void check_slots(const struct trace_analysis *analysis)
{
    uint64_t sum_ns = 0;
    uint64_t until_ns = analysis->log->duration_ns;
    for (enum trace_idle kind = 0; kind < TRACE_IDLE_KINDS; kind++)
        sum_ns += analysis->idle_ns[kind];
    for (uint32_t i = analysis->levels.count; i-- > 0;) {
        const struct trace_level *level = &analysis->levels.data[i];
        uint32_t busy = level->running < analysis->slots ? level->running : analysis->slots;
        sum_ns += (until_ns - level->time_ns) * busy;
        until_ns = level->time_ns;
    }
    FUZZ_CHECK(until_ns == 0 && sum_ns == analysis->log->duration_ns * analysis->slots);
}

/* No number of slots does better than the longest chain, nor worse than all one after the other.
 * Only where nothing is so long that sums run over. */
static void check_what_if(const struct trace_analysis *analysis)
{
    if (analysis->log->duration_ns > UINT32_MAX)
        return;
    for (uint32_t i = 0; i < analysis->what_if.count; i++) {
        FUZZ_CHECK(analysis->what_if.data[i].jobs_ns >= analysis->longest_ns);
        FUZZ_CHECK(analysis->what_if.data[i].jobs_ns <= analysis->own_ns);
    }
    FUZZ_CHECK(analysis->what_if.data[0].jobs_ns == analysis->own_ns);
}

static void write_all_forms(const struct trace_analysis *analysis)
{
    static FILE *nowhere;
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    struct trace_page page = {.columns = 80};
    struct trace_diff diff;
    json_t *forms[3];
    trace_chrome_write(analysis->log, nowhere);
    trace_flame_write(analysis->log, nowhere);
    trace_summary_tell(analysis, "build 1", &page);
    trace_path_tell(analysis, &page);
    trace_diff_find(&diff, analysis, analysis);
    FUZZ_CHECK(!diff.slower.count && !diff.faster.count && !diff.came.count && !diff.went.count);
    trace_diff_tell(&diff, "build 1", "build 1", &page);
    /* Without colour nothing that a terminal obeys gets out. */
    for (size_t i = 0; i < page.text.length; i++) {
        unsigned char c = (unsigned char)page.text.data[i];
        FUZZ_CHECK(c >= ' ' || c == '\n');
    }
    forms[0] = trace_summary_json(analysis);
    forms[1] = trace_path_json(analysis);
    forms[2] = trace_diff_json(&diff);
    for (int i = 0; i < 3; i++) {
        FUZZ_CHECK(json_dumpf(forms[i], nowhere, JSON_COMPACT) == 0);
        json_decref(forms[i]);
    }
    trace_diff_free(&diff);
    buf_free(&page.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct buf file = {0}, map = {0};
    struct trace_log log;
    enum mode mode = take(&input, MODES);
    if (mode == MODE_DRAWN)
        draw(&input, &file);
    else
        buf_append(mode == MODE_BYTES ? &file : &map, input.data, input.left);
    if (mode == MODE_SEALED)
        header_write(&file, TRACE_FILE, &map, 0);
    enum jig_status status = trace_log_decode(buf_cstr(&file), file.length, &log, NULL);
    FUZZ_CHECK(mode != MODE_DRAWN || !status);
    if (!status) {
        struct trace_analysis analysis;
        trace_analyse(&log, &analysis);
        check_path(&analysis);
        check_slots(&analysis);
        check_what_if(&analysis);
        write_all_forms(&analysis);
        trace_analysis_free(&analysis);
        trace_log_free(&log);
    }
    buf_free(&map);
    buf_free(&file);
    return 0;
}
