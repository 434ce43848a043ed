/*
 * Discovery over many small TypeScript modules: cold (nothing known), warm (a fresh process,
 * nothing changed), and after an edit of one module in twenty. Prints the median of each phase.
 *
 *     jig-bench-discovery [MODULES [ROUNDS [THREADS]]]
 *     jig-bench-discovery --in FOLDER [ROUNDS [THREADS]]   every .ts and .tsx of a tree that exists
 *
 * Every round is a discovery of its own, in this process: what a process costs to start is not in
 * it, and the files are in the page cache.
 */
#include "engine/discovery/discovery.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PER_FOLDER = 40, IMPORTS = 3, DEFINITIONS = 6, MAX_ROUNDS = 1000 };

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "jig-bench-discovery: %s\n", what);
    exit(1);
}

/* ---- the tree ------------------------------------------------------------------------------ */

static void module_path(uint32_t index, char out[64])
{
    snprintf(out, 64, "packages/p%u/src/module%u.ts", index / PER_FOLDER, index);
}

/* About 800 bytes: imports of modules before it, then functions that use them. */
static void write_module(uint32_t index, uint32_t edit)
{
    char path[64];
    struct buf text = {0};
    module_path(index, path);
    for (uint32_t i = 0; i < IMPORTS && index > 0; i++) {
        uint32_t target = (index * 7919 + i * 104729) % index;
        buf_printf(&text, "import { value%uOf%u } from '../../p%u/src/module%u';\n", i, target,
                   target / PER_FOLDER, target);
    }
    for (uint32_t i = 0; i < DEFINITIONS; i++)
        buf_printf(&text,
                   "\n/** Number %u of module %u. */\nexport function value%uOf%u(input: number) "
                   "{\n  const scaled = input * %u + %u;\n  return `${scaled}`;\n}\n",
                   i, index, i, index, i + 1, edit);
    check(io_make_parent_dirs(path) == 0 &&
              io_write_file(AT_FDCWD, path, text.data, text.length) == 0,
          "cannot write the tree");
    buf_free(&text);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path);
}

/* ---- a round ------------------------------------------------------------------------------- */

/* CPU: processor time of all threads, for a machine that has other things to do as well. */
enum phase { LOAD, WALK, SCAN, RESOLVE, SAVE, TOTAL, CPU, PHASES };
static const char *const phase_names[PHASES] = {"load", "walk",  "scan", "resolve",
                                                "save", "total", "cpu"};

static uint64_t processor_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

struct sources {
    VEC(struct discovery_source) list;
};

static void add_source(void *context, const char *path, size_t length)
{
    struct sources *sources = context;
    const char *dot = memrchr(path, '.', length);
    if (!dot || (strncmp(dot, ".ts", 3) != 0 && strncmp(dot, ".tsx", 4) != 0))
        return;
    vec_push(&sources->list, ((struct discovery_source){mem_strndup(path, length), 0, false}));
}

struct counts {
    uint32_t modules;
    uint64_t opened, scanned, scanned_bytes, resolved, folders_read;
};

static struct counts run_round(struct jig_pool *pool, uint64_t ns[PHASES])
{
    struct discovery_lens lens = {.kind = SCANNER_TYPESCRIPT};
    lens.resolve.kind = SCANNER_TYPESCRIPT;
    const struct discovery_options options = {
        .root = ".",
        .cache = ".jig/discovery",
        .pool = pool,
        .clock = {.offset_ns = 10LL * 1000 * 1000 * 1000}, /* what was just written is old */
    };
    uint64_t start_ns = clock_monotonic_ns(), start_cpu_ns = processor_ns();
    struct discovery *discovery = discovery_create(&options);
    discovery_load(discovery);
    uint64_t loaded_ns = clock_monotonic_ns();
    bool changed;
    check(discovery_refresh(discovery, &changed, NULL) == JIG_OK, "cannot walk");
    struct sources sources = {0};
    tree_each_file(discovery_tree(discovery), add_source, &sources);
    uint64_t walked_ns = clock_monotonic_ns();
    const struct discovery_request request = {
        .lenses = &lens,
        .lens_count = 1,
        .sources = sources.list.data,
        .source_count = sources.list.count,
    };
    check(discovery_scan(discovery, &request, NULL) == JIG_OK, "cannot scan");
    uint64_t scanned_ns = clock_monotonic_ns(), cpu_ns = processor_ns();
    check(discovery_save(discovery, NULL) == JIG_OK, "cannot save");
    uint64_t saved_ns = clock_monotonic_ns();

    const struct discovery_counts *counts = discovery_counts(discovery);
    ns[LOAD] = loaded_ns - start_ns;
    ns[WALK] = walked_ns - loaded_ns;
    ns[RESOLVE] = counts->resolve_ns;
    ns[SCAN] = scanned_ns - walked_ns - counts->resolve_ns;
    ns[SAVE] = saved_ns - scanned_ns;
    ns[TOTAL] = scanned_ns - start_ns; /* saving is not waited for by anything else */
    ns[CPU] = cpu_ns - start_cpu_ns;
    struct counts result = {discovery_module_count(discovery),
                            counts->opened,
                            counts->scanned,
                            counts->scanned_bytes,
                            counts->resolved,
                            counts->tree.folders_read};
    discovery_destroy(discovery);
    for (uint32_t i = 0; i < sources.list.count; i++)
        free((char *)sources.list.data[i].path);
    vec_free(&sources.list);
    return result;
}

/* ---- reporting ----------------------------------------------------------------------------- */

struct series {
    const char *name;
    uint64_t ns[PHASES][MAX_ROUNDS];
    uint32_t rounds;
    struct counts counts; /* of the last round */
};

static void add_round(struct series *series, struct jig_pool *pool)
{
    uint64_t ns[PHASES];
    series->counts = run_round(pool, ns);
    for (int p = 0; p < PHASES; p++)
        series->ns[p][series->rounds] = ns[p];
    series->rounds++;
}

static int by_value(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;
    return (one > other) - (one < other);
}

static void report(struct series *series)
{
    printf("%-8s", series->name);
    for (int p = 0; p < PHASES; p++) {
        qsort(series->ns[p], series->rounds, sizeof **series->ns, by_value);
        printf(" %8.2f", (double)series->ns[p][series->rounds / 2] / 1e6);
    }
    printf(" %8.2f %8.2f   %u modules, %llu opened, %llu scanned (%.1f MB), %llu resolved, "
           "%llu folders read\n",
           (double)series->ns[TOTAL][0] / 1e6, (double)series->ns[TOTAL][series->rounds - 1] / 1e6,
           series->counts.modules, (unsigned long long)series->counts.opened,
           (unsigned long long)series->counts.scanned, (double)series->counts.scanned_bytes / 1e6,
           (unsigned long long)series->counts.resolved,
           (unsigned long long)series->counts.folders_read);
}

static void report_all(struct series *series, uint32_t count)
{
    printf("ms      ");
    for (int p = 0; p < PHASES; p++)
        printf(" %8s", phase_names[p]);
    printf(" %8s %8s\n", "min", "max");
    for (uint32_t i = 0; i < count; i++) {
        if (series[i].rounds)
            report(&series[i]);
    }
}

static uint32_t number(int argc, char **argv, int at, uint32_t otherwise)
{
    return at < argc ? (uint32_t)strtoul(argv[at], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    bool generated = argc < 2 || strcmp(argv[1], "--in") != 0;
    int at = generated ? 1 : 3;
    uint32_t modules = generated ? number(argc, argv, at++, 5000) : 0;
    uint32_t rounds = number(argc, argv, at++, 11);
    struct jig_pool *pool = jig_pool_create(number(argc, argv, at, 0));
    check(rounds > 0 && rounds <= MAX_ROUNDS, "between 1 and 1000 rounds");

    char place[] = "/tmp/jig-bench-discovery-XXXXXX";
    if (generated)
        check(mkdtemp(place) && chdir(place) == 0, "cannot make a folder");
    else
        check(argc > 2 && chdir(argv[2]) == 0, "cannot enter the folder");
    for (uint32_t i = 0; i < modules; i++)
        write_module(i, 0);
    mkdir(".jig", 0777);

    static struct series series[] = {{.name = "cold"}, {.name = "warm"}, {.name = "edited"}};
    for (uint32_t round = 0; round < rounds; round++) {
        unlink(".jig/discovery");
        add_round(&series[0], pool);
        add_round(&series[1], pool);
        for (uint32_t i = 0; i < modules; i += 20)
            write_module(i, round + 1);
        if (generated)
            add_round(&series[2], pool);
    }
    report_all(series, sizeof series / sizeof *series);
    jig_pool_destroy(pool);
    unlink(".jig/discovery");
    return generated && (chdir("/") < 0 || nftw(place, remove_entry, 16, FTW_DEPTH | FTW_PHYS));
}
