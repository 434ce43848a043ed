/*
 * jig-bench-noop: a build with nothing to do, against ninja, with and without a daemon.
 *
 * Writes a manifest of N compile jobs with H headers a job, builds it once with each tool (with a
 * stand-in for the compiler), and then measures builds that find nothing to do, by turns.
 */
#include "bench/measure.h"

#include "engine/base/buf.h"
#include "engine/base/io.h"
#include "engine/base/memory.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options {
    uint32_t jobs;
    uint32_t headers;
    uint32_t headers_a_job;
    uint32_t runs;
    const char *directory;
    const char *ninja; /* "" leaves it out */
    bool json;
    bool growth;
};

enum { SOURCES_A_DIR = 250 };

/* What makes a job's text long, as in manifests that CMake writes: about 630 bytes a job in all. */
static const char flags[] =
    "-DNDEBUG -DPROJECT_VERSION_MAJOR=4 -DPROJECT_VERSION_MINOR=12 -DUSE_FEATURE_ALPHA=1 "
    "-DUSE_FEATURE_BETA=0 -DLIBRARY_EXPORTS -O2 -g -std=gnu++17 -fPIC -fvisibility=hidden "
    "-fvisibility-inlines-hidden -Wall -Wextra -Wpedantic -Wshadow -Wconversion "
    "-Wno-unused-parameter -fno-exceptions -fno-rtti -fdata-sections -ffunction-sections";
static const char includes[] =
    "-I/src/project/include -I/src/project/third_party/alpha/include "
    "-I/src/project/third_party/beta/include -isystem /opt/toolchain/include/gamma "
    "-I/build/project/generated/include";

_Noreturn static void die_of(int errnum, const char *path)
{
    fprintf(stderr, "jig-bench-noop: %s: %s\n", path, strerror(errnum));
    exit(1);
}

static void write_file(const char *path, const char *bytes, size_t length)
{
    int errnum = io_make_parent_dirs(path);
    if (!errnum)
        errnum = io_write_file(AT_FDCWD, path, bytes, length);
    if (errnum)
        die_of(errnum, path);
}

static void write_manifest(const struct options *options, const char *directory)
{
    struct buf text = {0};
    char fakecc[4096];
    snprintf(fakecc, sizeof fakecc, "%s", program_beside("fakecc"));
    buf_printf(&text,
               "rule cxx\n  command = %s $out $out.d $in $first 7 %u %u $flags $includes\n"
               "  depfile = $out.d\n  deps = gcc\n  description = CXX $out\n\n",
               fakecc, options->headers_a_job, options->headers);
    for (uint32_t i = 0; i < options->jobs; i++) {
        uint32_t dir = i / SOURCES_A_DIR;
        buf_printf(&text,
                   "build obj/module%u/CMakeFiles/module%u.dir/src/file%u.cpp.o: cxx "
                   "src/module%u/src/file%u.cpp\n  first = %u\n  flags = %s\n  includes = %s\n\n",
                   dir, dir, i, dir, i, i * 13 % options->headers, flags, includes);
    }
    struct buf path = {0};
    buf_printf(&path, "%s/build.ninja", directory);
    write_file(path.data, text.data, text.length);
    buf_free(&path);
    buf_free(&text);
}

static void write_tree(const struct options *options, const char *directory)
{
    char path[4096];
    for (uint32_t i = 0; i < options->jobs; i++) {
        snprintf(path, sizeof path, "%s/src/module%u/src/file%u.cpp", directory, i / SOURCES_A_DIR,
                 i);
        write_file(path, path, strlen(path));
    }
    for (uint32_t i = 0; i < options->headers; i++) {
        snprintf(path, sizeof path, "%s/include/h%u.h", directory, i);
        write_file(path, path, strlen(path));
    }
    write_manifest(options, directory);
}

struct tool {
    const char *argv[4]; /* how it builds; ended by NULL */
    char directory[4096];
    struct series noop;
    struct series cold;
};

static void set_up(const struct options *options, struct tool *tool, const char *name)
{
    tool->noop.name = tool->cold.name = name;
    snprintf(tool->directory, sizeof tool->directory, "%s/%s-%u", options->directory, name,
             options->jobs);
    write_tree(options, tool->directory);
    series_add(&tool->cold, measure_command(tool->argv, tool->directory, NULL));
    /* Twice more unmeasured: fingerprints of files that were young at the end of the build. */
    measure_command(tool->argv, tool->directory, NULL);
    measure_command(tool->argv, tool->directory, NULL);
}

static void compare(const struct options *options)
{
    enum { MOST_TOOLS = 3 };
    char ninja_face[4096], jig[4096];
    snprintf(ninja_face, sizeof ninja_face, "%s", program_beside("ninja"));
    snprintf(jig, sizeof jig, "%s", program_beside("jig"));
    struct tool tools[MOST_TOOLS] = {0};
    uint32_t count = 0;
    if (*options->ninja) {
        tools[count].argv[0] = options->ninja;
        set_up(options, &tools[count++], "ninja");
    }
    const uint32_t plain = count;
    tools[count].argv[0] = ninja_face;
    set_up(options, &tools[count++], "jig");
    const uint32_t warm = count;
    tools[count] = (struct tool){.argv = {jig, "build", "--daemon"}};
    set_up(options, &tools[count++], "jig-daemon");
    for (uint32_t run = 0; run < options->runs; run++) {
        for (uint32_t i = 0; i < count; i++)
            series_add(&tools[i].noop, measure_command(tools[i].argv, tools[i].directory, NULL));
    }
    const char *const stop[] = {jig, "daemon", "stop", NULL};
    measure_command(stop, tools[warm].directory, NULL);
    struct series cold[MOST_TOOLS];
    struct series noop[MOST_TOOLS];
    for (uint32_t i = 0; i < count; i++) {
        cold[i] = tools[i].cold;
        noop[i] = tools[i].noop;
    }
    char name[32];
    snprintf(name, sizeof name, "cold-%u", options->jobs);
    series_report(stdout, options->json, name, cold, count);
    snprintf(name, sizeof name, "noop-%u", options->jobs);
    series_report(stdout, options->json, name, noop, count);
    if (options->growth)
        printf("%u files: jig %.1f ns a file, %.2f ms with a daemon\n",
               2 * options->jobs + options->headers,
               series_median(&noop[plain], SERIES_WALL_MS) * 1e6 /
                   (2 * options->jobs + options->headers),
               series_median(&noop[warm], SERIES_WALL_MS));
    for (uint32_t i = 0; i < count; i++) {
        series_free(&cold[i]);
        series_free(&noop[i]);
    }
}

static void usage(FILE *to)
{
    fputs(
        "usage: jig-bench-noop [--jobs N] [--headers N] [--headers-a-job N] [--runs N]\n"
        "                      [--directory DIR] [--ninja PROGRAM | --no-ninja] [--growth]\n"
        "                      [--json]\n"
        "Writes and builds a project of N compile jobs in DIR (removed afterwards), then\n"
        "measures builds that find nothing to do: as whole processes, of which with a daemon\n"
        "only the client counts. --growth does so from 10,000 to 300,000 files, with jig alone.\n",
        to);
}

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    struct options options = {
        .jobs = 30000, .headers = 3000, .headers_a_job = 60, .runs = 11, .ninja = "ninja"};
    const struct option longs[] = {{"jobs", required_argument, NULL, 'n'},
                                   {"headers", required_argument, NULL, 'h'},
                                   {"headers-a-job", required_argument, NULL, 'a'},
                                   {"runs", required_argument, NULL, 'r'},
                                   {"directory", required_argument, NULL, 'd'},
                                   {"ninja", required_argument, NULL, 'N'},
                                   {"no-ninja", no_argument, NULL, 'X'},
                                   {"growth", no_argument, NULL, 'g'},
                                   {"json", no_argument, NULL, 'j'},
                                   {"help", no_argument, NULL, '?'},
                                   {0}};
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 'n':
            options.jobs = number(optarg);
            break;
        case 'h':
            options.headers = number(optarg);
            break;
        case 'a':
            options.headers_a_job = number(optarg);
            break;
        case 'r':
            options.runs = number(optarg);
            break;
        case 'd':
            options.directory = optarg;
            break;
        case 'N':
            options.ninja = optarg;
            break;
        case 'X':
            options.ninja = "";
            break;
        case 'g':
            options.growth = true;
            break;
        case 'j':
            options.json = true;
            break;
        default:
            usage(stderr);
            return 2;
        }
    }
    if (!options.jobs || !options.headers || !options.runs) {
        usage(stderr);
        return 2;
    }
    struct bench_folder folder = bench_folder(options.directory);
    options.directory = folder.path;
    if (options.growth) {
        static const uint32_t sizes[] = {4750, 14250, 47500, 142500};
        options.ninja = "";
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            options.jobs = sizes[i];
            options.headers = sizes[i] / 10;
            compare(&options);
        }
    } else {
        compare(&options);
    }
    bench_folder_done(&folder);
    return 0;
}
