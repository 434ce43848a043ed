/*
 * jig-perf: measures jig, compares measurements, and fails when jig has become slower.
 */
#include "tools/perf/compare.h"
#include "tools/perf/gate.h"
#include "tools/perf/report.h"
#include "tools/perf/say.h"
#include "tools/perf/workspace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_json(const json_t *object)
{
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    printf("\n");
}

static int exit_code(enum jig_status status, const struct jig_error *error)
{
    if (status == JIG_ERROR_INTERRUPTED)
        return EXIT_PERF_INTERRUPTED;
    if (status)
        say_failure(error);
    return status ? EXIT_PERF_UNABLE : EXIT_PERF_DONE;
}

static int measure(const struct perf_options *options)
{
    struct workspace workspace;
    struct jig_error error = {0};
    struct side side = {0};
    json_t *metrics = NULL;
    enum jig_status status = workspace_open(&workspace, options, &error);
    const char *const jigs[] = {workspace.jig};
    static const char *const names[] = {"tree"};
    if (!status)
        status = workspace_open_sides(&workspace, &side, jigs, names, 1, &error);
    if (!status)
        status = workspace_measure(&workspace, &side, 1, &error);
    if (!status)
        status = workspace_metrics(&workspace, &side, &metrics, &error);
    if (!status)
        status = workspace_write(&workspace, metrics, "metrics.json", &error);
    if (!status && options->json)
        print_json(metrics);
    else if (!status)
        report_print(metrics, stdout);
    if (!status)
        fprintf(stderr, "jig-perf: results are in %s/metrics.json\n", workspace.results);
    json_decref(metrics);
    side_close(&side);
    workspace_close(&workspace);
    return exit_code(status, &error);
}

static int compare(const struct perf_options *options)
{
    json_t *before = NULL, *now = NULL;
    struct jig_error error = {0};
    enum jig_status status = metrics_read(options->before, &before, &error);
    if (!status)
        status = metrics_read(options->now, &now, &error);
    json_t *rows = status ? NULL : compare_metrics(before, now);
    if (!status && !json_array_size(rows))
        status = jig_fail(&error, JIG_ERROR_USAGE, "%s and %s have no scenario in common",
                          options->before, options->now);
    if (!status && options->json)
        print_json(rows);
    else if (!status)
        compare_print(rows, stdout);
    json_decref(rows);
    json_decref(before);
    json_decref(now);
    return exit_code(status, &error);
}

/* Output that gets lost makes a good end a bad one. */
static int finish(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    say_error("cannot write to standard output: %s", strerror(errno ? errno : EIO));
    return EXIT_PERF_UNABLE;
}

int main(int argc, char **argv)
{
    struct perf_options options;
    if (argc > 1 && strcmp(argv[1], LAUNCH_OPTION) == 0)
        return launch_main(argc, argv);
    int end = perf_options_read(argc, argv, &options);
    if (end >= 0)
        return finish(end);
    switch (options.command) {
    case PERF_COMPARE:
        return finish(compare(&options));
    case PERF_GATE:
        return finish(gate_run(&options));
    case PERF_MEASURE:
        break;
    }
    return finish(measure(&options));
}
