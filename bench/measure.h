/*
 * Measuring whole commands against each other: run them by turns, keep every sample, report
 * median, minimum and maximum, and ratios of medians.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What one run of a command took. */
struct sample {
    double wall_ms;
    double cpu_ms;  /* user and system, of the command and all it waited for */
    double rss_mib; /* peak resident memory of the command itself */
};

/*
 * Runs argv[0] with standard output to `log` (appended; NULL: /dev/null) in `directory`. Exits
 * the benchmark with a message when it cannot be run or fails: a benchmark of failures is none.
 */
struct sample measure_command(const char *const *argv, const char *directory, const char *log);

struct series {
    const char *name;
    struct sample *samples;
    uint32_t count;
    uint32_t capacity;
};

void series_add(struct series *series, struct sample sample);
void series_free(struct series *series);

enum series_field { SERIES_WALL_MS, SERIES_CPU_MS, SERIES_RSS_MIB };
double series_median(const struct series *series, enum series_field field);
double series_min(const struct series *series, enum series_field field);
double series_max(const struct series *series, enum series_field field);

/* A table of all series with ratios to the first; or one JSON object a line. */
void series_report(FILE *to, bool json, const char *benchmark, const struct series *series,
                   uint32_t count);

/*
 * The folder a benchmark writes in: the one that the user gave, or (NULL) a new one in $TMPDIR or
 * /tmp. Exits the benchmark when it cannot be made. The latter has to be removed afterwards.
 */
struct bench_folder {
    const char *path;
    bool is_temporary;
};
struct bench_folder bench_folder(const char *given);
/* Removes it if it is temporary. The current directory is another one afterwards: "/". */
void bench_folder_done(struct bench_folder *folder);

/* The path of a program beside this benchmark's own executable. Static storage. */
const char *program_beside(const char *name);

#endif
