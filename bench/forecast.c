/*
 * jig-bench-forecast: how far off the forecast of a build's end is.
 *
 * Builds a generated project whose jobs take different times, or the manifest of a directory, and
 * compares each forecast with what the build then took. A first build has no records; the second
 * has those of the first; "-j2, then -j8" tells what becomes of records that were made under
 * another load. Jobs sleep or, with --burn, use a processor.
 */
#include "bench/measure.h"

#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "jig/session.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NS_A_MS = 1000000 };

/* What was foretold in one build. */
struct course {
    VEC(struct foretold) told;
    uint64_t last_ns;
};

struct foretold {
    uint64_t time_ns; /* since the build began */
    uint64_t left_ms; /* 0: nothing was said */
};

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "jig-bench-forecast: %s\n", what);
    exit(1);
}

/* ---- the project ------------------------------------------------------------------------- */

/* A stream of numbers that is the same each time: Marsaglia, Xorshift RNGs, 2003. */
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Most jobs are short and a few are long, as compilations are: 40 to 1,280 ms. */
static uint32_t random_ms(uint32_t *seed)
{
    uint32_t ms = 40 + next_random(seed) % 40;
    while (ms < 640 && next_random(seed) % 2)
        ms *= 2;
    return ms;
}

static void append_rules(struct buf *text, bool burn)
{
    buf_append_str(text, "rule work\n  command = ");
    if (burn)
        buf_append_str(text, "i=0; while [ $$i -lt $turns ]; do i=$$((i+1)); done; : > $out\n");
    else
        buf_append_str(text, "sleep $seconds && : > $out\n");
}

static void append_job(struct buf *text, const char *kind, uint32_t number, uint32_t ms,
                       const char *after)
{
    enum { TURNS_A_MS = 2000 }; /* roughly; only that durations differ matters */
    buf_printf(text, "build %s%u: work%s%s\n  seconds = %u.%03u\n  turns = %u\n", kind, number,
               *after ? " " : "", after, ms / 1000, ms % 1000, ms * TURNS_A_MS);
}

/* A fan of jobs, chains of them, and jobs that wait for many others. */
static void write_project(uint32_t jobs, bool burn)
{
    enum { CHAIN = 12, LINK = 20 };
    struct buf text = {0};
    uint32_t seed = 42;
    append_rules(&text, burn);
    for (uint32_t i = 0; i < jobs; i++) {
        struct buf after = {0};
        bool chained = i % 3 == 0 && (i / 3) % CHAIN != 0;
        if (chained)
            buf_printf(&after, "job%u", i - 3);
        for (uint32_t k = 1; i % LINK == LINK - 1 && k < LINK; k++)
            buf_printf(&after, "%sjob%u", k > 1 || chained ? " " : "", i - k);
        append_job(&text, "job", i, random_ms(&seed), buf_cstr(&after));
        buf_free(&after);
    }
    if (io_write_file(AT_FDCWD, "build.ninja", text.data, text.length))
        die("cannot write build.ninja");
    buf_free(&text);
}

static void remove_outputs(uint32_t jobs)
{
    for (uint32_t i = 0; i < jobs; i++) {
        char name[32];
        snprintf(name, sizeof name, "job%u", i);
        unlink(name);
    }
}

/* ---- a build ----------------------------------------------------------------------------- */

static void note(void *context, const struct jig_event *event)
{
    struct course *course = context;
    if (event->kind != JIG_EVENT_TICK && event->kind != JIG_EVENT_JOB_FINISHED &&
        event->kind != JIG_EVENT_PLANNED)
        return;
    uint64_t now_ns = clock_monotonic_ns();
    bool soon = course->told.count && now_ns - course->last_ns < (uint64_t)100 * NS_A_MS;
    if (soon || !event->progress->total)
        return;
    course->last_ns = now_ns;
    const struct foretold told = {now_ns - event->progress->start_ns, event->progress->left_ms};
    vec_push(&course->told, told);
}

/* Builds, and returns how long it took, in ns. */
static uint64_t build(uint32_t slots, struct course *course)
{
    struct jig_session_options options = JIG_SESSION_OPTIONS;
    struct jig_build_options wanted = JIG_BUILD_OPTIONS;
    struct jig_session *session;
    struct jig_error error;
    options.on_event = note;
    options.context = course;
    options.once = true;
    wanted.slots = slots;
    wanted.tick_ms = 100;
    if (jig_session_open(&options, &session, &error))
        die(error.message);
    uint64_t start_ns = clock_monotonic_ns();
    if (jig_session_build(session, &wanted, NULL, &error))
        die(error.message);
    uint64_t took_ns = clock_monotonic_ns() - start_ns;
    jig_session_close(session);
    return took_ns;
}

/* ---- the errors -------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

/*
 * Two errors: of the time left, while at least a twentieth of all is left; and of the time the
 * whole build takes. Medians and 90th percentiles over all forecasts.
 */
static void report(const char *name, uint32_t slots, const struct course *course, uint64_t took_ns)
{
    enum { SMALLEST_SHARE = 20 };
    uint32_t count = 0;
    double *of_rest = mem_array(course->told.count + 1, sizeof *of_rest);
    double *of_all = mem_array(course->told.count + 1, sizeof *of_all);
    for (uint32_t i = 0; i < course->told.count; i++) {
        struct foretold told = course->told.data[i];
        double real = (double)(took_ns - told.time_ns);
        double off = (double)told.left_ms * NS_A_MS - real;
        if (!told.left_ms || real * SMALLEST_SHARE < (double)took_ns)
            continue;
        off = off < 0 ? -off : off;
        of_rest[count] = 100 * off / real;
        of_all[count++] = 100 * off / (double)took_ns;
    }
    qsort(of_rest, count, sizeof *of_rest, compare);
    qsort(of_all, count, sizeof *of_all, compare);
    if (count)
        printf("%-22s -j%-3u %8.1f s %6u %10.1f %8.1f %10.1f %8.1f\n", name, slots,
               (double)took_ns / 1e9, count, of_rest[count / 2], of_rest[count * 9 / 10],
               of_all[count / 2], of_all[count * 9 / 10]);
    else
        printf("%-22s -j%-3u %8.1f s: nothing was foretold\n", name, slots, (double)took_ns / 1e9);
    fflush(stdout);
    free(of_rest);
    free(of_all);
}

static void measure(const char *name, uint32_t slots)
{
    struct course course = {0};
    uint64_t took_ns = build(slots, &course);
    report(name, slots, &course, took_ns);
    vec_free(&course.told);
}

static void measure_project(uint32_t jobs, bool burn)
{
    struct bench_folder folder = bench_folder(NULL);
    if (chdir(folder.path))
        die("cannot go to the folder");
    write_project(jobs, burn);
    measure("no records", 2);
    remove_outputs(jobs);
    measure("records of -j2", 2);
    remove_outputs(jobs);
    measure("records of -j2", 8);
    remove_outputs(jobs);
    measure("records of -j8", 8);
    bench_folder_done(&folder);
}

static void usage(FILE *to)
{
    fputs("usage: jig-bench-forecast [--jobs N] [--burn]\n"
          "       jig-bench-forecast -C DIR [-j N]\n"
          "\n"
          "Says by how much forecasts of a build's end were off: builds a generated project four\n"
          "times, or the build.ninja of DIR once, as it is.\n"
          "\n"
          "  --jobs N  of the generated project (usual: 240)\n"
          "  --burn    its jobs use a processor instead of sleeping\n"
          "  -C DIR    the build directory of a real project\n"
          "  -j N      jobs at a time there (usual: 2)\n",
          to);
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {{"jobs", required_argument, NULL, 'n'},
                                                 {"burn", no_argument, NULL, 'b'},
                                                 {"help", no_argument, NULL, 'h'},
                                                 {0}};
    uint32_t jobs = 240, slots = 2;
    const char *directory = NULL;
    bool burn = false;
    for (int option; (option = getopt_long(argc, argv, "C:j:h", long_options, NULL)) != -1;) {
        if (option == 'n')
            jobs = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'j')
            slots = (uint32_t)strtoul(optarg, NULL, 10);
        else if (option == 'b')
            burn = true;
        else if (option == 'C')
            directory = optarg;
        else {
            usage(option == 'h' ? stdout : stderr);
            return option == 'h' ? 0 : 2;
        }
    }
    printf("%-22s %4s %10s %6s %19s %19s\n", "", "", "took", "said", "off by % of the rest",
           "off by % of all");
    printf("%-22s %4s %10s %6s %10s %8s %10s %8s\n", "", "", "", "", "median", "9 in 10", "median",
           "9 in 10");
    fflush(stdout);
    if (!directory)
        measure_project(jobs, burn);
    else if (chdir(directory))
        die("cannot go to the directory");
    else
        measure(directory, slots);
    return 0;
}
