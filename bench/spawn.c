/*
 * jig-bench-spawn: what it costs to run a job, against ninja: N jobs of /bin/true.
 */
#include "bench/measure.h"

#include "engine/base/buf.h"
#include "engine/base/io.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static uint32_t number(const char *text)
{
    return (uint32_t)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    uint32_t jobs = 4000;
    uint32_t runs = 5;
    const char *slots = "3";
    const char *ninja = "ninja";
    bool json = false;
    const struct option longs[] = {
        {"jobs", required_argument, NULL, 'n'},  {"runs", required_argument, NULL, 'r'},
        {"slots", required_argument, NULL, 's'}, {"ninja", required_argument, NULL, 'N'},
        {"json", no_argument, NULL, 'j'},        {0}};
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (c) {
        case 'n':
            jobs = number(optarg);
            break;
        case 'r':
            runs = number(optarg);
            break;
        case 's':
            slots = optarg;
            break;
        case 'N':
            ninja = optarg;
            break;
        case 'j':
            json = true;
            break;
        default:
            fputs("usage: jig-bench-spawn [--jobs N] [--runs N] [--slots N] [--ninja PROGRAM] "
                  "[--json]\n",
                  stderr);
            return 2;
        }
    }
    if (!jobs || !runs)
        return 2;
    struct bench_folder folder = bench_folder(NULL);
    struct buf text = {0};
    buf_append_str(&text, "rule true\n  command = /bin/true\n");
    for (uint32_t i = 0; i < jobs; i++)
        buf_printf(&text, "build out%u: true\n", i);
    struct buf path = {0};
    buf_printf(&path, "%s/build.ninja", folder.path);
    if (io_write_file(AT_FDCWD, path.data, text.data, text.length))
        return 1;

    const char *const programs[2] = {ninja, program_beside("ninja")};
    struct series series[2] = {{.name = "ninja"}, {.name = "jig"}};
    for (uint32_t run = 0; run < runs; run++) {
        for (int i = 0; i < 2; i++) {
            const char *const command[] = {programs[i], "-j", slots, NULL};
            series_add(&series[i], measure_command(command, folder.path, NULL));
        }
    }
    series_report(stdout, json, "spawn", series, 2);
    series_free(&series[0]);
    series_free(&series[1]);
    bench_folder_done(&folder);
    buf_free(&path);
    buf_free(&text);
    return 0;
}
