/*
 * jig-bench-walk: finding all files of a tree, against find and git.
 *
 * Makes a tree of N empty files, ten to a folder and folders four deep, then measures by turns
 * whole processes that walk it from nothing; and, in one process, what it costs to find out that
 * nothing has changed: with what another process left (loaded, checked, indexed), and again; and to
 * take in one change that it is told of: a file that comes, or goes, or is saved, a folder that
 * comes or goes.
 */
#include "bench/measure.h"

#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"
#include "engine/discovery/walk/tree.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_A_FOLDER = 10, FOLDERS_A_FOLDER = 10 };

struct options {
    uint32_t files;
    uint32_t runs;
    const char *directory;
    const char *walk; /* only walk this folder, as a process that is measured */
    bool json;
};

/* Folders are of the past for the tree: fingerprints stand at once. */
static const int64_t LATER_NS = 10LL * 1000 * 1000 * 1000;

_Noreturn static void die(const char *what)
{
    fprintf(stderr, "jig-bench-walk: %s\n", what);
    exit(1);
}

/* The n-th file lies in the folder that the decimal digits of n / 10 spell. */
static void make_tree(const char *directory, uint32_t files)
{
    struct buf path = {0};
    for (uint32_t i = 0; i < files; i++) {
        uint32_t folder = i / FILES_A_FOLDER;
        buf_clear(&path);
        buf_printf(&path, "%s/package%u/src/feature%u/part%u/module%u.ts", directory,
                   folder / (FOLDERS_A_FOLDER * FOLDERS_A_FOLDER),
                   folder / FOLDERS_A_FOLDER % FOLDERS_A_FOLDER, folder % FOLDERS_A_FOLDER,
                   i % FILES_A_FOLDER);
        if (i % FILES_A_FOLDER == 0 && io_make_parent_dirs(path.data) != 0)
            die("cannot make the tree");
        if (io_write_file(AT_FDCWD, path.data, "", 0) != 0)
            die("cannot make the tree");
    }
    static const char rules[] = "dist/\nbuild/\n*.log\n*.tsbuildinfo\n.env*\n/coverage\n";
    buf_clear(&path);
    buf_printf(&path, "%s/.gitignore", directory);
    if (io_write_file(AT_FDCWD, path.data, rules, sizeof rules - 1) != 0)
        die("cannot make the tree");
    buf_free(&path);
}

static struct tree *open_tree(const char *directory)
{
    struct tree_options options = {.root = directory, .clock.offset_ns = LATER_NS};
    return tree_create(&options);
}

/* Refreshes and returns the time it took in ms. */
static double refresh(struct tree *tree, struct jig_pool *pool, struct tree_counts *counts)
{
    bool changed;
    struct jig_error error;
    uint64_t start_ns = clock_monotonic_ns();
    if (tree_refresh(tree, pool, counts, &changed, NULL, NULL, &error) != JIG_OK)
        die(error.message);
    return (double)(clock_monotonic_ns() - start_ns) / 1e6;
}

static void add_length(void *context, const char *path, size_t length)
{
    (void)path;
    *(size_t *)context += length;
}

static int walk_once(const char *directory)
{
    struct jig_pool *pool = jig_pool_create(0);
    struct tree *tree = open_tree(directory);
    struct tree_counts counts;
    size_t bytes = 0;
    refresh(tree, pool, &counts);
    tree_each_file(tree, add_length, &bytes);
    printf("%zu\n", bytes);
    tree_destroy(tree);
    jig_pool_destroy(pool);
    return 0;
}

/* A tree that borrows the columns of another, as if they were mapped. */
static struct tree *load(struct tree *from, const char *directory)
{
    struct tree *tree = open_tree(directory);
    struct column source[TREE_COLUMN_COUNT], target[TREE_COLUMN_COUNT];
    tree_columns(from, source);
    tree_columns(tree, target);
    for (int i = 0; i < TREE_COLUMN_COUNT; i++) {
        *target[i].data = *source[i].data;
        *target[i].count = *source[i].count;
    }
    if (!tree_is_sound(tree))
        die("the tree is not sound");
    return tree;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

static void measure_again(const struct options *options, const char *directory)
{
    struct jig_pool *pool = jig_pool_create(0);
    struct tree *tree = open_tree(directory);
    struct tree_counts counts;
    double *loaded = mem_array(options->runs, sizeof *loaded);
    double *again = mem_array(options->runs, sizeof *again);
    refresh(tree, pool, &counts);
    for (uint32_t i = 0; i < options->runs; i++) {
        again[i] = refresh(tree, pool, &counts);
        uint64_t start_ns = clock_monotonic_ns();
        struct tree *other = load(tree, directory);
        refresh(other, pool, &counts);
        loaded[i] = (double)(clock_monotonic_ns() - start_ns) / 1e6;
        tree_destroy(other);
    }
    if (counts.folders_read != 0)
        die("an unchanged tree was read again");
    double loaded_ms = median(loaded, options->runs), again_ms = median(again, options->runs);
    unsigned long long folders = counts.folders_statted;
    if (options->json)
        printf("{\"benchmark\":\"walk-unchanged-%u\",\"folders\":%llu,\"loaded_ms\":%.2f,"
               "\"again_ms\":%.2f}\n",
               options->files, folders, loaded_ms, again_ms);
    else
        printf("walk-unchanged-%u: %llu folders, loaded %.2f ms, again %.2f ms\n", options->files,
               folders, loaded_ms, again_ms);
    free(loaded);
    free(again);
    tree_destroy(tree);
    jig_pool_destroy(pool);
}

enum told { FILE_COMES, FILE_SAVED, FILE_GOES, FOLDER_COMES, FOLDER_GOES, TOLD_KINDS };

static void make_change(enum told told, const char *file, const char *folder)
{
    struct buf inner = {0};
    buf_printf(&inner, "%s/new.ts", folder);
    bool good = true;
    if (told == FILE_COMES || told == FILE_SAVED)
        good = io_write_file(AT_FDCWD, file, "x", told == FILE_SAVED) == 0;
    else if (told == FILE_GOES)
        good = unlink(file) == 0;
    else if (told == FOLDER_COMES)
        good = mkdir(folder, 0777) == 0 && io_write_file(AT_FDCWD, inner.data, "", 0) == 0;
    else
        good = unlink(inner.data) == 0 && rmdir(folder) == 0;
    if (!good)
        die("cannot change the tree");
    buf_free(&inner);
}

/* Tells one change and returns the time it took in us. */
static double tell(struct tree *tree, struct jig_pool *pool, const char *path,
                   struct tree_changes *changes)
{
    struct jig_error error;
    uint64_t start_ns = clock_monotonic_ns();
    if (tree_refresh_paths(tree, pool, &path, 1, changes, NULL, NULL, &error) != JIG_OK)
        die(error.message);
    if (changes->why)
        die(changes->why);
    return (double)(clock_monotonic_ns() - start_ns) / 1e3;
}

static void report_told(const struct options *options, double *times[TOLD_KINDS], uint32_t count)
{
    static const char *const names[TOLD_KINDS] = {"file_comes", "file_saved", "file_goes",
                                                  "folder_comes", "folder_goes"};
    printf(options->json ? "{\"benchmark\":\"walk-told-%u\"" : "walk-told-%u:", options->files);
    for (int i = 0; i < TOLD_KINDS; i++)
        printf(options->json ? ",\"%s_us\":%.1f" : " %s %.1f us", names[i],
               median(times[i], count));
    puts(options->json ? "}" : "");
}

/* What is told lies in another folder each time. */
static void measure_told(const struct options *options, const char *directory)
{
    enum { FOLDERS_A_RUN = 20 };
    struct jig_pool *pool = jig_pool_create(0);
    struct tree *tree = open_tree(directory);
    struct tree_counts counts;
    struct tree_changes changes = {0};
    uint32_t folders = (options->files + FILES_A_FOLDER - 1) / FILES_A_FOLDER;
    uint32_t count = options->runs * FOLDERS_A_RUN;
    double *times[TOLD_KINDS];
    for (int i = 0; i < TOLD_KINDS; i++)
        times[i] = mem_array(count, sizeof *times[i]);
    refresh(tree, pool, &counts);
    struct buf folder = {0}, file = {0};
    size_t skip = strlen(directory) + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t n = (uint32_t)((uint64_t)i * 7919 % folders);
        buf_clear(&folder);
        buf_clear(&file);
        buf_printf(&folder, "%s/package%u/src/feature%u/part%u/new", directory,
                   n / (FOLDERS_A_FOLDER * FOLDERS_A_FOLDER),
                   n / FOLDERS_A_FOLDER % FOLDERS_A_FOLDER, n % FOLDERS_A_FOLDER);
        buf_printf(&file, "%s.ts", folder.data);
        for (int told = 0; told < TOLD_KINDS; told++) {
            make_change((enum told)told, file.data, folder.data);
            times[told][i] =
                tell(tree, pool, (told < FOLDER_COMES ? file.data : folder.data) + skip, &changes);
            if (changes.list.count != (told != FILE_SAVED))
                die("a change was not told");
        }
    }
    report_told(options, times, count);
    for (int i = 0; i < TOLD_KINDS; i++)
        free(times[i]);
    buf_free(&folder);
    buf_free(&file);
    tree_changes_free(&changes);
    tree_destroy(tree);
    jig_pool_destroy(pool);
}

static void measure_walks(const struct options *options, const char *directory)
{
    char self[4096];
    snprintf(self, sizeof self, "%s", program_beside("jig-bench-walk"));
    const char *const init[] = {"git", "init", "-q", ".", NULL};
    const char *const find[] = {"find", ".", "-type", "f", NULL};
    const char *const git[] = {"git", "ls-files", "--others", "--exclude-standard", NULL};
    const char *const jig[] = {self, "--walk", ".", NULL};
    struct series series[] = {{.name = "find"}, {.name = "git"}, {.name = "jig"}};
    measure_command(init, directory, NULL);
    for (uint32_t i = 0; i < options->runs; i++) {
        series_add(&series[0], measure_command(find, directory, NULL));
        series_add(&series[1], measure_command(git, directory, NULL));
        series_add(&series[2], measure_command(jig, directory, NULL));
    }
    char name[32];
    snprintf(name, sizeof name, "walk-%u", options->files);
    series_report(stdout, options->json, name, series, 3);
    for (int i = 0; i < 3; i++)
        series_free(&series[i]);
}

static void usage(FILE *to)
{
    fputs("usage: jig-bench-walk [--files N] [--runs N] [--directory DIR] [--json]\n"
          "Makes a tree of N files in DIR (a temporary one if not given, removed afterwards) and\n"
          "measures how long find, git and jig take to find them all.\n",
          to);
}

int main(int argc, char **argv)
{
    struct options options = {.files = 100000, .runs = 11};
    const struct option longs[] = {{"files", required_argument, NULL, 'n'},
                                   {"runs", required_argument, NULL, 'r'},
                                   {"directory", required_argument, NULL, 'd'},
                                   {"walk", required_argument, NULL, 'w'},
                                   {"json", no_argument, NULL, 'j'},
                                   {0}};
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (c == 'n') {
            options.files = (uint32_t)strtoul(optarg, NULL, 10);
        } else if (c == 'r') {
            options.runs = (uint32_t)strtoul(optarg, NULL, 10);
        } else if (c == 'd') {
            options.directory = optarg;
        } else if (c == 'w') {
            options.walk = optarg;
        } else if (c == 'j') {
            options.json = true;
        } else {
            usage(stderr);
            return 2;
        }
    }
    if (options.walk)
        return walk_once(options.walk);
    if (!options.files || !options.runs) {
        usage(stderr);
        return 2;
    }
    struct bench_folder folder = bench_folder(options.directory);
    make_tree(folder.path, options.files);
    measure_walks(&options, folder.path);
    measure_again(&options, folder.path);
    measure_told(&options, folder.path);
    bench_folder_done(&folder);
    return 0;
}
