/*
 * How fast scanners are: `jig-bench-scanner [--rounds N] KIND [PATTERN] < PATHS`. The files whose
 * paths are on standard input, one a line, are read first; then all of them are scanned, on one
 * thread, N times. Reports MB/s of the fastest round and of the median one.
 */
#include "engine/discovery/scanner/scanner.h"
#include "engine/base/io.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

struct source {
    char *path;
    struct buf content;
};

struct sources {
    VEC(struct source) files;
    uint64_t bytes;
};

static void read_sources(struct sources *sources)
{
    char *line = NULL;
    size_t capacity = 0;
    for (ssize_t n; (n = getline(&line, &capacity, stdin)) > 0;) {
        struct source source = {.path = mem_strndup(line, (size_t)n - (line[n - 1] == '\n'))};
        if (io_read_file(AT_FDCWD, source.path, &source.content) != 0) {
            fprintf(stderr, "jig-bench-scanner: cannot read %s\n", source.path);
            exit(1);
        }
        sources->bytes += source.content.length;
        vec_push(&sources->files, source);
    }
    free(line);
    if (sources->files.count == 0) {
        fprintf(stderr, "jig-bench-scanner: no paths on standard input\n");
        exit(2);
    }
}

static uint64_t scan_all(const struct scanner *scanner, const struct sources *sources,
                         struct facts *facts)
{
    uint64_t start = clock_monotonic_ns();
    facts_clear(facts);
    for (uint32_t i = 0; i < sources->files.count; i++) {
        const struct source *source = &sources->files.data[i];
        scanner_scan(scanner, source->path, buf_cstr(&source->content), source->content.length,
                     facts);
    }
    return clock_monotonic_ns() - start;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void report(const struct sources *sources, const struct facts *facts, uint64_t *rounds,
                   uint32_t count)
{
    qsort(rounds, count, sizeof *rounds, by_value);
    double bytes = (double)sources->bytes, best = (double)rounds[0],
           median = (double)rounds[count / 2];
    printf("%u files, %.1f MB: %u imports, %u definitions, %u uses\n", sources->files.count,
           bytes / 1e6, facts->imports.count, facts->definitions.count, facts->uses.count);
    printf("best %.1f ms, %.0f MB/s; median of %u %.1f ms, %.0f MB/s\n", best / 1e6,
           bytes * 1e3 / best, count, median / 1e6, bytes * 1e3 / median);
}

int main(int argc, char **argv)
{
    uint32_t count = 5;
    if (argc > 2 && strcmp(argv[1], "--rounds") == 0) {
        count = (uint32_t)strtoul(argv[2], NULL, 10);
        argc -= 2;
        argv += 2;
    }
    enum scanner_kind kind;
    struct scanner *scanner;
    struct jig_error error;
    if (argc < 2 || count == 0 || !scanner_kind_of(argv[1], &kind)) {
        fprintf(stderr, "usage: jig-bench-scanner [--rounds N] KIND [PATTERN] < PATHS\n");
        return 2;
    }
    if (scanner_create(kind, argc > 2 ? argv[2] : "", &scanner, &error) != JIG_OK) {
        fprintf(stderr, "jig-bench-scanner: %s\n", error.message);
        return 2;
    }
    struct sources sources = {0};
    struct facts facts = {0};
    read_sources(&sources);
    uint64_t *rounds = mem_array(count, sizeof *rounds);
    for (uint32_t i = 0; i < count; i++)
        rounds[i] = scan_all(scanner, &sources, &facts);
    report(&sources, &facts, rounds, count);
    facts_free(&facts);
    for (uint32_t i = 0; i < sources.files.count; i++) {
        free(sources.files.data[i].path);
        buf_free(&sources.files.data[i].content);
    }
    vec_free(&sources.files);
    free(rounds);
    scanner_destroy(scanner);
    return 0;
}
