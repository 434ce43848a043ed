/*
 * jig-trace-page TRACE PAGE: the report of a trace that lies anywhere, for tests and benchmarks of
 * the page.
 */
#include "engine/trace/keep.h"
#include "tools/trace/report.h"

#include <stdio.h>
#include <stdlib.h>

static int write_page(const struct trace_log *log, const char *path)
{
    struct trace_analysis analysis;
    struct jig_error error = {0};
    FILE *to = fopen(path, "we");
    if (!to) {
        perror(path);
        return EXIT_FAILURE;
    }
    trace_analyse(log, &analysis);
    enum jig_status status = trace_report_write(&analysis, to, &error);
    trace_analysis_free(&analysis);
    if (fclose(to) && !status)
        status = jig_fail(&error, JIG_ERROR_IO, "cannot write the report");
    if (status)
        fprintf(stderr, "%s: %s\n", path, error.message);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: jig-trace-page TRACE PAGE\n");
        return 2;
    }
    struct trace_log log;
    struct jig_error error = {0};
    if (trace_read(argv[1], &log, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return EXIT_FAILURE;
    }
    int code = write_page(&log, argv[2]);
    trace_log_free(&log);
    return code;
}
