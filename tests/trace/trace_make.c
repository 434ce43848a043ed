/*
 * jig-trace-make JOBS SEED FILE: writes the trace of a build that never was.
 *
 * The graph has the shape of a C++ project: headers are generated, objects are compiled that need
 * some of them, archives are made of objects, programs are linked of archives, tests run programs,
 * and phony names stand for all of it. The jobs are played on slots, with pools, in virtual time,
 * so that the trace keeps what engine/trace/log.h promises. Equal arguments give equal files.
 */
#include "engine/base/io.h"
#include "engine/trace/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    SLOTS = 16,
    WORKERS = 4,
    OBJECTS_OF_LIBRARY = 40,
    FIRST_JOB_US = 180000, /* the engine loads and looks first */
    SAVE_US = 60000,
};

enum rule { GENERATE, COMPILE, ARCHIVE, LINK, TEST, NAME, RULES };

static const struct rule_shape {
    const char *name;
    const char *pool;
    uint32_t us; /* a typical run */
    uint32_t rss_mib;
} shapes[RULES] = {
    [GENERATE] = {"protoc", "", 60000, 40},    [COMPILE] = {"cxx", "", 900000, 350},
    [ARCHIVE] = {"ar", "", 40000, 20},         [LINK] = {"link", "link_pool", 2500000, 1800},
    [TEST] = {"test", "console", 400000, 120}, [NAME] = {"phony", "", 0, 0},
};
static const uint32_t depths[RULES] = {[LINK] = 2, [TEST] = 1};

/* A job that has not run yet. */
struct draft {
    enum rule rule;
    struct trace_job job;
    uint32_t waits; /* for how many it still has to wait */
};

struct maker {
    struct trace_log log;
    uint64_t random;
    VEC(struct draft) drafts;
    VEC(uint32_t) deps;      /* of the draft that is being made */
    VEC(uint32_t) generated; /* drafts by what they are */
    VEC(uint32_t) objects;   /* of the present library */
    VEC(uint32_t) archives;
    uint32_t *begin, *next; /* who waits for whom: next[begin[draft] .. begin[draft + 1]) */
    VEC(uint32_t) ready;    /* oldest first, from `ready_from` on */
    uint32_t ready_from;
    uint32_t running[SLOTS]; /* a draft plus one; 0: the slot is idle */
    uint32_t taken[RULES];   /* places of the rule's pool */
    uint64_t now_ns;
};

/* SplitMix64 (Steele, Lea, Flood, 2014). */
static uint32_t draw(struct maker *m, uint32_t below)
{
    uint64_t z = m->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32) % below;
}

/* ---- the graph ------------------------------------------------------------------------------ */

static void choose_reason(struct maker *m, struct trace_job *job)
{
    char path[64];
    switch (draw(m, 8)) {
    case 0:
        job->reason = trace_log_word(&m->log, "recipe-changed");
        break;
    case 1:
        job->reason = trace_log_word(&m->log, "never-built");
        break;
    case 2:
        snprintf(path, sizeof path, "src/part%u/file%u.cc", draw(m, 50), draw(m, 1000));
        job->reason = trace_log_word(&m->log, "input-changed");
        job->reason_file = trace_log_text(&m->log, path);
        break;
    default:
        job->reason = trace_log_word(&m->log, "input-changed");
        job->reason_file =
            trace_log_text(&m->log, draw(m, 3) ? "include/config.h" : "include/version.h");
    }
}

/* Ends the draft whose dependencies are in m->deps. */
static uint32_t add_draft(struct maker *m, enum rule rule, const char *output)
{
    const struct rule_shape *shape = &shapes[rule];
    struct draft draft = {.rule = rule, .waits = m->deps.count};
    draft.job.output = trace_log_text(&m->log, output);
    draft.job.rule = trace_log_word(&m->log, shape->name);
    draft.job.pool = trace_log_word(&m->log, shape->pool);
    draft.job.fate = rule == NAME ? TRACE_PHONY : draw(m, 12) ? TRACE_RAN : TRACE_PASSED;
    if (draft.job.fate == TRACE_RAN) {
        choose_reason(m, &draft.job);
        uint64_t us = shape->us / 4 + draw(m, shape->us) + (draw(m, 50) ? 0 : shape->us * 5);
        draft.job.end_ns = us * 1000 + draw(m, 1000); /* how long, until it runs */
        draft.job.expected_ms = draw(m, 10) ? (uint32_t)(us / 1000) + 1 : 0;
        draft.job.user_ns = draft.job.end_ns / 10 * 8;
        draft.job.system_ns = draft.job.end_ns / 10;
        draft.job.peak_rss = (shape->rss_mib / 2 + draw(m, shape->rss_mib)) * (uint64_t)1048576;
        draft.job.written_bytes = draw(m, 1 << 20);
        draft.job.exit_code = draw(m, 5000) ? 0 : 1;
    }
    trace_log_add_job(&m->log, &draft.job, m->deps.data, m->deps.count);
    draft.job = m->log.jobs.data[m->log.jobs.count - 1];
    m->deps.count = 0;
    vec_push(&m->drafts, draft);
    return m->drafts.count - 1;
}

static void depend_on_some(struct maker *m, const uint32_t *of, uint32_t count, uint32_t most)
{
    for (uint32_t i = 0; count && i < most; i++)
        vec_push(&m->deps, of[count - 1 - draw(m, count < 200 ? count : 200)]);
}

static void add_library(struct maker *m, uint32_t number, uint32_t jobs)
{
    char path[96];
    m->objects.count = 0;
    for (uint32_t i = 0; i < 3 && m->drafts.count < jobs; i++) {
        snprintf(path, sizeof path, "gen/part%u/api%u.pb.h", number, i);
        vec_push(&m->generated, add_draft(m, GENERATE, path));
    }
    for (uint32_t i = 0; i < OBJECTS_OF_LIBRARY && m->drafts.count < jobs; i++) {
        snprintf(path, sizeof path, "obj/part%u/dir%u/file%u.o", number, i % 7, i);
        depend_on_some(m, m->generated.data, m->generated.count, draw(m, 4));
        vec_push(&m->objects, add_draft(m, COMPILE, path));
    }
    if (m->drafts.count == jobs)
        return;
    snprintf(path, sizeof path, "lib/libpart%u.a", number);
    for (uint32_t i = 0; i < m->objects.count; i++)
        vec_push(&m->deps, m->objects.data[i]);
    vec_push(&m->archives, add_draft(m, ARCHIVE, path));
}

static void add_program(struct maker *m, uint32_t number, uint32_t jobs)
{
    char path[96];
    if (m->drafts.count == jobs)
        return;
    snprintf(path, sizeof path, "bin/tool%u", number);
    depend_on_some(m, m->archives.data, m->archives.count, 8);
    uint32_t program = add_draft(m, LINK, path);
    if (number % 3 == 0 && m->drafts.count < jobs) {
        snprintf(path, sizeof path, "test/tool%u.passed", number);
        vec_push(&m->deps, program);
        program = add_draft(m, TEST, path);
    }
    if (m->drafts.count < jobs) {
        snprintf(path, sizeof path, "tool%u", number);
        vec_push(&m->deps, program);
        add_draft(m, NAME, path);
    }
}

static void draw_graph(struct maker *m, uint32_t jobs)
{
    for (uint32_t number = 0; m->drafts.count < jobs; number++) {
        add_library(m, number, jobs);
        if (number % 4 == 3)
            add_program(m, number / 4, jobs);
    }
}

static void index_followers(struct maker *m)
{
    const struct trace_log *log = &m->log;
    uint32_t count = log->jobs.count;
    m->begin = mem_array((size_t)count + 2, sizeof *m->begin);
    m->next = mem_array(log->deps.count, sizeof *m->next);
    for (uint32_t i = 0; i < log->deps.count; i++)
        m->begin[log->deps.data[i] + 2]++;
    for (uint32_t i = 0; i < count; i++)
        m->begin[i + 2] += m->begin[i + 1];
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < log->jobs.data[i].deps_count; k++)
            m->next[m->begin[trace_log_deps(log, &log->jobs.data[i])[k] + 1]++] = i;
}

/* ---- playing it ----------------------------------------------------------------------------- */

static void make_ready(struct maker *m, uint32_t draft);

static void end_draft(struct maker *m, uint32_t draft)
{
    for (uint32_t i = m->begin[draft]; i < m->begin[draft + 1]; i++)
        if (--m->drafts.data[m->next[i]].waits == 0)
            make_ready(m, m->next[i]);
}

/* What does not run is over at once; chains of such jobs are short here. */
static void make_ready(struct maker *m, uint32_t draft)
{
    struct trace_job *job = &m->log.jobs.data[draft];
    job->ready_ns = m->now_ns;
    if (job->fate == TRACE_RAN) {
        vec_push(&m->ready, draft);
        return;
    }
    m->now_ns += 1000;
    job->start_ns = job->end_ns = m->now_ns;
    end_draft(m, draft);
}

/* The oldest ready draft that may start, taken out; or a number past all. Jobs whose pool is full
 * are passed over, but only a few of them, so that it stays fast. */
static uint32_t take_ready(struct maker *m)
{
    for (uint32_t i = m->ready_from; i < m->ready.count && i < m->ready_from + 64; i++) {
        uint32_t draft = m->ready.data[i];
        enum rule rule = m->drafts.data[draft].rule;
        if (depths[rule] && m->taken[rule] == depths[rule])
            continue;
        memmove(m->ready.data + m->ready_from + 1, m->ready.data + m->ready_from,
                (i - m->ready_from) * sizeof *m->ready.data);
        m->ready_from++;
        return draft;
    }
    return UINT32_MAX;
}

/* Starts what it can in idle slots. */
static void start_drafts(struct maker *m)
{
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        uint32_t draft = m->running[slot] ? UINT32_MAX : take_ready(m);
        if (draft == UINT32_MAX)
            continue;
        struct trace_job *job = &m->log.jobs.data[draft];
        uint64_t length_ns = job->end_ns;
        m->now_ns += 20000 + draw(m, 30000);
        job->start_ns = m->now_ns;
        job->end_ns = m->now_ns + length_ns;
        job->slot = slot;
        m->running[slot] = draft + 1;
        m->taken[m->drafts.data[draft].rule]++;
    }
}

/* False when nothing runs. */
static bool end_next(struct maker *m)
{
    uint32_t first = SLOTS;
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        if (m->running[slot] &&
            (first == SLOTS || m->log.jobs.data[m->running[slot] - 1].end_ns <
                                   m->log.jobs.data[m->running[first] - 1].end_ns))
            first = slot;
    if (first == SLOTS)
        return false;
    uint32_t draft = m->running[first] - 1;
    m->running[first] = 0;
    m->taken[m->drafts.data[draft].rule]--;
    if (m->now_ns < m->log.jobs.data[draft].end_ns)
        m->now_ns = m->log.jobs.data[draft].end_ns;
    end_draft(m, draft);
    return true;
}

static void play(struct maker *m)
{
    m->now_ns = (uint64_t)FIRST_JOB_US * 1000;
    for (uint32_t i = 0; i < m->drafts.count; i++)
        if (!m->log.jobs.data[i].deps_count)
            make_ready(m, i);
    do
        start_drafts(m);
    while (end_next(m));
}

/* ---- what else a trace has ------------------------------------------------------------------ */

static void add_slice(struct maker *m, uint32_t worker, const char *category, const char *name,
                      uint64_t begin_ns, uint64_t end_ns)
{
    vec_push(&m->log.slices,
             ((struct trace_slice){worker, trace_log_word(&m->log, category),
                                   trace_log_word(&m->log, name), begin_ns, end_ns}));
}

static void add_slices(struct maker *m)
{
    const uint64_t ms = 1000000, jobs_ns = (uint64_t)FIRST_JOB_US * 1000;
    add_slice(m, 0, "load", "load the image", 0, 50 * ms);
    add_slice(m, 0, "stat", "fingerprint files", 50 * ms, 150 * ms);
    add_slice(m, 0, "stat", "fingerprint batch", 60 * ms, 120 * ms);
    add_slice(m, 0, "plan", "decide", 150 * ms, jobs_ns);
    add_slice(m, 0, "run", "run jobs", jobs_ns, m->now_ns);
    add_slice(m, 0, "save", "write the image", m->now_ns, m->log.duration_ns);
    for (uint32_t worker = 1; worker < WORKERS; worker++)
        for (uint32_t i = 0; i < 20; i++)
            add_slice(m, worker, "stat", "fingerprint batch", (50 + i * 5) * ms,
                      (53 + i * 5 + draw(m, 3)) * ms);
}

static void add_samples(struct maker *m)
{
    enum { MOST_SAMPLES = 2000 };
    uint64_t step_ns = m->log.duration_ns / MOST_SAMPLES;
    if (step_ns < 100000000)
        step_ns = 100000000;
    uint64_t busy_ns = 1000000000000;
    for (uint64_t time = 0; time < m->log.duration_ns; time += step_ns) {
        vec_push(&m->log.samples,
                 ((struct trace_sample){time, busy_ns, ((uint64_t)4 << 30) + draw(m, 1u << 31)}));
        busy_ns += step_ns * (8 + draw(m, SLOTS - 8));
        vec_push(&m->log.forecasts,
                 ((struct trace_forecast){time, m->log.duration_ns / 100 * (80 + draw(m, 40))}));
    }
}

static void finish(struct maker *m)
{
    struct trace_log *log = &m->log;
    log->began_ns = 1700000000000000000;
    log->duration_ns = m->now_ns + (uint64_t)SAVE_US * 1000;
    log->version = trace_log_text(log, "0.1.0");
    log->directory = trace_log_text(log, "/home/someone/project/out");
    log->manifest = trace_log_text(log, "build.ninja");
    log->kind = trace_log_text(log, "full");
    log->outcome = trace_log_text(log, "done");
    log->processors = log->slots = SLOTS;
    log->workers = WORKERS;
    add_slices(m);
    add_samples(m);
    for (uint32_t rule = 0; rule < RULES; rule++)
        if (depths[rule])
            vec_push(&log->pools,
                     ((struct trace_pool){trace_log_word(log, shapes[rule].pool), depths[rule]}));
    vec_push(&log->numbers, ((struct trace_number){trace_log_text(log, "files_hit"),
                                                   log->jobs.count * (uint64_t)3}));
    vec_push(&log->numbers,
             ((struct trace_number){trace_log_text(log, "files_missed"), log->jobs.count / 10}));
}

static int write_log(const struct trace_log *log, const char *path)
{
    struct buf bytes = {0};
    trace_log_encode(log, &bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int failed = fd < 0 || io_write_all(fd, bytes.data, bytes.length) || close(fd) < 0;
    if (failed)
        perror(path);
    buf_free(&bytes);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    uint32_t jobs = argc == 4 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    if (!jobs) {
        fprintf(stderr, "usage: jig-trace-make JOBS SEED FILE\n");
        return 2;
    }
    struct maker m = {.random = strtoull(argv[2], NULL, 10)};
    draw_graph(&m, jobs);
    index_followers(&m);
    play(&m);
    finish(&m);
    int code = write_log(&m.log, argv[3]);
    trace_log_free(&m.log);
    vec_free(&m.drafts);
    vec_free(&m.deps);
    vec_free(&m.generated);
    vec_free(&m.objects);
    vec_free(&m.archives);
    vec_free(&m.ready);
    free(m.begin);
    free(m.next);
    return code;
}
