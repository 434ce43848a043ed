#include "tools/jig/status.h"

#include "engine/base/io.h"
#include "tools/jig/annotation.h"
#include "tools/jig/pace.h"
#include "tools/jig/screen.h"
#include "tools/jig/status_area.h"
#include "tools/jig/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* When the last jobs finished: as many as run at a time, in a ring. */
struct recent {
    uint64_t *end_ms;
    uint32_t capacity;
    uint32_t count;
    uint32_t next; /* the oldest once the ring is full */
};

struct status {
    struct status_options options;
    struct screen screen;
    struct recent recent;
    struct status_numbers numbers;
    uint64_t job_ms;              /* wall time of the jobs that finished, summed */
    struct jig_progress at_start; /* as it was when the plan was made */
    struct jig_progress progress; /* as it was last told */
    struct pace pace;
    struct status_area area; /* with PROGRESS_AREA */
    uint64_t told_ns;        /* with PROGRESS_SPARSE: when it was told last how far it is */
    struct buf line;         /* scratch: the status line being made */
    struct buf description;  /* of the job on the line, to show it again as time passes */
    struct buf explanations; /* kept back while a console job has the terminal */
};

/* ---- numbers ----------------------------------------------------------------------------- */

static uint64_t now_ns(const struct status *status)
{
    return status->options.now_ns ? status->options.now_ns(status->options.clock)
                                  : clock_monotonic_ns();
}

static bool is_area(const struct status *status)
{
    return status->options.form == PROGRESS_AREA;
}

static void recent_add(struct recent *recent, uint64_t end_ms)
{
    recent->end_ms[recent->next] = end_ms;
    recent->next = (recent->next + 1) % recent->capacity;
    if (recent->count < recent->capacity)
        recent->count++;
}

/* Jobs a second over the ring, or -1 while that cannot be told. */
static double recent_rate(const struct recent *recent)
{
    if (!recent->count)
        return -1;
    uint32_t newest = (recent->next + recent->capacity - 1) % recent->capacity;
    uint32_t oldest = recent->count < recent->capacity ? 0 : recent->next;
    uint64_t span_ms = recent->end_ms[newest] - recent->end_ms[oldest];
    return span_ms ? recent->count * 1e3 / (double)span_ms : -1;
}

/*
 * Whether recorded durations foretell anything. After a while the jobs that ended are a sample: if
 * they took more than ten times as long, or as short, as jobs did last time (a compiler cache was
 * full then, or is now), the record says nothing about those to come.
 */
static bool trusts_record(const struct status *status, const struct jig_progress *progress)
{
    enum { SAMPLE_MS = 15000, SAMPLE_SHARE = 20, FAR_OFF = 10 };
    const struct jig_progress *planned = &status->at_start;
    if (!progress->expected || !progress->expected_ms)
        return false;
    if (status->numbers.elapsed_ms < SAMPLE_MS || !progress->finished ||
        (uint64_t)progress->finished * SAMPLE_SHARE < progress->total)
        return true;
    double before = (double)planned->expected_ms / planned->expected;
    double now = (double)status->job_ms / progress->finished;
    return now < before * FAR_OFF && before < now * FAR_OFF;
}

/*
 * The share of all job time that has passed, or 0 when nothing can be said. Jobs without a
 * recorded duration are taken to last as long as the mean of those known, past and to come.
 */
static double share_done(const struct status *status, const struct jig_progress *progress)
{
    bool trusted = trusts_record(status, progress);
    uint32_t expected = trusted ? progress->expected : 0;
    double expected_ms = trusted ? (double)progress->expected_ms : 0;
    double done_ms = (double)status->job_ms;
    if (progress->finished + expected == 0)
        return 0;
    double mean_ms = (done_ms + expected_ms) / (progress->finished + expected);
    double unknown = (double)progress->total - progress->finished - expected;
    double all_ms = done_ms + expected_ms + mean_ms * (unknown > 0 ? unknown : 0);
    return all_ms > 0 ? done_ms / all_ms : 0;
}

static void take_numbers(struct status *status, const struct jig_progress *progress)
{
    uint64_t now = now_ns(status);
    struct status_numbers *numbers = &status->numbers;
    numbers->started = progress->started;
    numbers->finished = progress->finished;
    numbers->running = progress->running;
    numbers->total = progress->total;
    numbers->elapsed_ms = now > progress->start_ns ? (now - progress->start_ns) / 1000000 : 0;
    numbers->current_rate = recent_rate(&status->recent);
    numbers->done = share_done(status, progress);
    status->progress = *progress;
    if (is_area(status) || status->options.form == PROGRESS_SPARSE)
        pace_take(&status->pace, progress, now);
}

/* ---- lines ------------------------------------------------------------------------------- */

static void make_line(struct status *status)
{
    buf_clear(&status->line);
    status_format_fill(status->options.format, &status->numbers, buf_cstr(&status->description),
                       &status->line);
}

/* The first line of an area: as the other one, with the pace before the description, unless it is
 * to stay, when that is no more. */
static void make_area_line(struct status *status, bool stays)
{
    struct buf visible = {0}, pace = {0};
    const struct buf *description = &status->description;
    buf_clear(&status->line);
    text_append_visible(&visible, buf_cstr(description), description->length,
                        status->screen.terminal.colour);
    if (status->options.usual_format && !stays)
        pace_append(&status->pace, &status->progress, now_ns(status), &pace);
    if (pace.length) {
        status_format_fill(status->options.format, &status->numbers, "", &status->line);
        buf_printf(&status->line, "%s  %s", pace.data, buf_cstr(&visible));
    } else {
        status_format_fill(status->options.format, &status->numbers, buf_cstr(&visible),
                           &status->line);
    }
    buf_free(&visible);
    buf_free(&pace);
}

/* With `alone` the line is to stay, and nothing below it. */
static void draw_area(struct status *status, bool alone)
{
    make_area_line(status, alone);
    status_area_draw(&status->area, &status->screen, &status->line, alone, now_ns(status));
}

static void show_line(struct status *status)
{
    if (is_area(status)) {
        status->area.stale = true;
        if (!status_area_can_wait(&status->area, now_ns(status)))
            draw_area(status, false);
        return;
    }
    make_line(status);
    screen_status(&status->screen, buf_cstr(&status->line), status->line.length);
}

/* Writes to standard error what belongs between the lines of standard output. */
static void write_aside(struct status *status, const char *text)
{
    screen_block(&status->screen, "", 0);
    screen_flush(&status->screen);
    fputs(text, status->options.err);
    fflush(status->options.err);
}

/* Whether there are lines for jobs that nothing else is to be said of. */
static bool has_lines(const struct status *status)
{
    return !status->options.quiet && status->options.form < PROGRESS_SPARSE;
}

static void describe(struct status *status, const struct jig_job_view *job)
{
    bool described = *job->description && !status->options.verbose;
    buf_clear(&status->description);
    buf_append_str(&status->description, described ? job->description : job->command);
}

static void show_job(struct status *status, const struct jig_job_view *job)
{
    if (!has_lines(status))
        return;
    describe(status, job);
    show_line(status);
}

/* Has the job's line stand where what it prints comes below it, if there is to be a line. */
static void head_output(struct status *status, const struct jig_job_view *job)
{
    if (is_area(status))
        draw_area(status, true);
    if (status->options.form != PROGRESS_SPARSE || status->options.quiet)
        return;
    describe(status, job);
    make_line(status);
    screen_status(&status->screen, buf_cstr(&status->line), status->line.length);
}

/* Says in a log, now and then, how far it is. */
static void tell_sparsely(struct status *status)
{
    enum { SPARSE_S = 30 };
    uint64_t now = now_ns(status);
    if (status->options.form != PROGRESS_SPARSE || status->options.quiet ||
        status->screen.handed_over || now < status->told_ns + SPARSE_S * 1000000000ull)
        return;
    struct buf text = {0}, pace = {0};
    pace_append(&status->pace, &status->progress, now, &pace);
    buf_printf(&text, "jig: %" PRIu32 " of %" PRIu32 " %s%s%s\n", status->progress.finished,
               status->progress.total, text_plural(status->progress.total, "job", "jobs"),
               pace.length ? ", " : "", buf_cstr(&pace));
    screen_block(&status->screen, text.data, text.length);
    status->told_ns = now;
    buf_free(&text);
    buf_free(&pace);
}

static void give_explanations(struct status *status)
{
    if (!status->explanations.length)
        return;
    write_aside(status, status->explanations.data);
    buf_clear(&status->explanations);
}

static void explain(struct status *status, const struct jig_job_view *job)
{
    if (!status->options.explain)
        return;
    buf_printf(&status->explanations, "%s explain: %s: %s\n", face_name(status->options.face),
               job->output, job->reason);
    if (!status->screen.handed_over)
        give_explanations(status);
}

static void take_terminal_back(struct status *status)
{
    give_explanations(status);
    screen_take_back(&status->screen);
}

/* ---- events ------------------------------------------------------------------------------ */

static void job_started(struct status *status, const struct jig_event *event)
{
    /* Elsewhere a line a job is enough, and that comes when it finishes. */
    bool now = event->job->console || status->screen.terminal.smart;
    take_numbers(status, event->progress);
    if (is_area(status) && !event->job->console)
        running_jobs_add(&status->area.running, event->job);
    if (now) {
        explain(status, event->job);
        show_job(status, event->job);
    }
    if (event->job->console) {
        head_output(status, event->job);
        screen_hand_over(&status->screen);
    }
}

static void show_failure(struct status *status, const struct jig_event *event)
{
    struct buf head = {0};
    bool colour = status->screen.terminal.colour;
    buf_printf(&head, "%sFAILED: [code=%d] %s%s \n%s\n", colour ? "\x1b[31m" : "",
               event->outcome->exit_code, colour ? "\x1b[0m" : "", event->job->outputs,
               event->job->command);
    screen_block(&status->screen, head.data, head.length);
    buf_free(&head);
}

static void annotate(struct status *status, const struct jig_event *event)
{
    struct buf text = {0};
    annotation_append(&text, event->job->output, event->outcome->exit_code);
    screen_block(&status->screen, text.data, text.length);
    buf_free(&text);
}

static void show_output(struct status *status, const char *text, size_t length)
{
    if (status->screen.terminal.colour || !memchr(text, '\x1b', length)) {
        screen_block(&status->screen, text, length);
        return;
    }
    struct buf plain = {0};
    text_append_plain(&plain, text, length);
    screen_block(&status->screen, buf_cstr(&plain), plain.length);
    buf_free(&plain);
}

static void job_finished(struct status *status, const struct jig_event *event)
{
    const struct jig_job_view *job = event->job;
    const struct jig_job_outcome *outcome = event->outcome;
    if (outcome->end_ns > job->start_ns)
        status->job_ms += (outcome->end_ns - job->start_ns) / 1000000;
    take_numbers(status, event->progress);
    recent_add(&status->recent, status->numbers.elapsed_ms);
    status->numbers.current_rate = recent_rate(&status->recent);
    status->numbers.running++; /* the line is the job's own, and counts it */
    if (is_area(status))
        running_jobs_remove(&status->area.running, job->id, outcome->end_ns);

    if (job->console) {
        take_terminal_back(status);
    } else {
        if (!status->screen.terminal.smart)
            explain(status, job);
        show_job(status, job);
    }
    bool says = outcome->text_length || (outcome->exit_code && is_area(status));
    if (says && !job->console)
        head_output(status, job);
    if (outcome->exit_code)
        show_failure(status, event);
    if (outcome->text_length)
        show_output(status, outcome->text, outcome->text_length);
    if (outcome->exit_code && status->options.annotate)
        annotate(status, event);
    tell_sparsely(status);
}

static void planned(struct status *status, const struct jig_progress *progress)
{
    status->job_ms = 0;
    status->at_start = *progress;
    status->recent.count = status->recent.next = 0;
    running_jobs_clear(&status->area.running);
    if (status->told_ns < progress->start_ns)
        status->told_ns = progress->start_ns;
    take_numbers(status, progress);
}

static void tick_area(struct status *status, const struct jig_progress *progress)
{
    if (status->screen.handed_over || !status->description.length)
        return;
    take_numbers(status, progress);
    draw_area(status, false);
}

static void tick(struct status *status, const struct jig_progress *progress)
{
    if (is_area(status)) {
        tick_area(status, progress);
        return;
    }
    if (status->options.form == PROGRESS_SPARSE) {
        take_numbers(status, progress);
        tell_sparsely(status);
    }
    if (!status->screen.overwritable || status->screen.handed_over)
        return;
    take_numbers(status, progress);
    struct buf before = status->line;
    status->line = (struct buf){0};
    make_line(status);
    /* Ticks may come often; a terminal need not be told the same again. */
    if (strcmp(buf_cstr(&before), buf_cstr(&status->line)) != 0)
        screen_status(&status->screen, buf_cstr(&status->line), status->line.length);
    buf_free(&before);
}

static void notice(struct status *status, const struct jig_error *what)
{
    struct buf text = {0};
    buf_printf(&text, "%s: warning: ", face_name(status->options.face));
    face_notice_text(status->options.face, what, &text);
    write_aside(status, text.data);
    buf_free(&text);
}

static void waiting(struct status *status, int64_t holder)
{
    struct buf text = {0};
    buf_printf(&text, "%s: waiting for ", face_name(status->options.face));
    if (holder)
        buf_printf(&text, "process %" PRId64 ", which is building here\n", holder);
    else
        buf_append_str(&text, "another process that is building here\n");
    write_aside(status, text.data);
    buf_free(&text);
}

/* An output that was deleted: a line that stays. */
static void removed(struct status *status, const char *path)
{
    if (status->options.quiet)
        return;
    struct buf text = {0};
    buf_printf(&text, "removed %s (its source is gone)\n", path);
    screen_block(&status->screen, text.data, text.length);
    buf_free(&text);
}

void status_event(void *context, const struct jig_event *event)
{
    struct status *status = context;
    switch (event->kind) {
    case JIG_EVENT_NOTICE:
        notice(status, event->notice);
        break;
    case JIG_EVENT_WAITING:
        waiting(status, event->holder);
        break;
    case JIG_EVENT_PLANNED:
        planned(status, event->progress);
        break;
    case JIG_EVENT_JOB_STARTED:
        job_started(status, event);
        break;
    case JIG_EVENT_JOB_FINISHED:
        job_finished(status, event);
        break;
    case JIG_EVENT_REMOVED:
        removed(status, event->path);
        break;
    case JIG_EVENT_TICK:
        tick(status, event->progress);
        break;
    case JIG_EVENT_PHASE:
    case JIG_EVENT_EXPLAIN:    /* told with the job's line */
    case JIG_EVENT_JOB_PASSED: /* shows in the next line's total */
        break;
    }
    screen_flush(&status->screen);
}

/* ---- life -------------------------------------------------------------------------------- */

struct status *status_create(const struct status_options *options)
{
    enum { LONGEST_MEMORY = 4096 };
    struct status *status = mem_zalloc(sizeof *status);
    uint32_t slots = options->slots < LONGEST_MEMORY ? options->slots : LONGEST_MEMORY;
    status->options = *options;
    status->screen.out = options->out;
    status->screen.terminal = options->terminal;
    status->screen.terminal.smart &= !options->verbose && !options->quiet;
    if (is_area(status) && (!status->screen.terminal.smart || options->quiet))
        status->options.form = PROGRESS_LINE;
    status->area.running.slots = options->slots;
    status->recent.capacity = slots ? slots : 1;
    status->recent.end_ms = mem_array(status->recent.capacity, sizeof *status->recent.end_ms);
    return status;
}

void status_destroy(struct status *status)
{
    if (!status)
        return;
    screen_free(&status->screen);
    status_area_free(&status->area);
    buf_free(&status->line);
    buf_free(&status->description);
    buf_free(&status->explanations);
    free(status->recent.end_ms);
    free(status);
}

void status_end(struct status *status)
{
    take_terminal_back(status);
    if (is_area(status) && (status->area.stale || status->screen.rows))
        draw_area(status, true);
    screen_block(&status->screen, "", 0);
    screen_flush(&status->screen);
}

bool status_was_idle(const struct status *status)
{
    return status->numbers.started == 0;
}

int status_output_lost(const struct status *status)
{
    return status->screen.lost;
}
