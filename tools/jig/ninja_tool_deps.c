/*
 * `ninja -t deps`: what jobs were found to read beyond what the manifest says.
 */
#include "tools/jig/ninja_tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

/* The record of the job that makes `file`, if it has one. */
static const struct job_record *record_of(const struct tool *tool, file_id file)
{
    job_id producer = tool->graph->files.data[file].producer;
    if (producer == GRAPH_NONE)
        return NULL;
    const struct job_record *record = &tool->history->jobs.data[producer];
    return record->flags & JOB_RECORDED ? record : NULL;
}

/* What discovers its inputs while it runs. */
static bool is_discovering(const struct graph_job *job)
{
    return job->depfile.count || (job->flags & (GRAPH_JOB_DEPS_GCC | GRAPH_JOB_DEPS_MSVC));
}

static void print_deps(const struct tool *tool, file_id file)
{
    const struct graph *graph = tool->graph;
    const char *path = graph_path(graph, file);
    const struct job_record *record = record_of(tool, file);
    if (!record || !is_discovering(&graph->jobs.data[graph->files.data[file].producer])) {
        printf("%s: deps not found\n", path);
        return;
    }
    struct stat now;
    int64_t recorded_ns = tool->history->files.data[file].mtime_ns;
    bool stale = stat(path, &now) < 0 ||
                 now.st_mtim.tv_sec * INT64_C(1000000000) + now.st_mtim.tv_nsec > recorded_ns;
    printf("%s: #deps %" PRIu32 ", deps mtime %" PRId64 " (%s)\n", path, record->deps_count,
           recorded_ns, stale ? "STALE" : "VALID");
    const file_id *deps = history_deps(tool->history, record);
    for (uint32_t i = 0; i < record->deps_count; i++)
        printf("    %s\n", graph_path(graph, deps[i]));
    putchar('\n');
}

static void print_all(const struct tool *tool)
{
    for (job_id id = 0; id < tool->graph->jobs.count; id++) {
        const struct graph_job *job = &tool->graph->jobs.data[id];
        file_id key = graph_job_key(tool->graph, job);
        if (is_discovering(job) && record_of(tool, key))
            print_deps(tool, key);
    }
}

int ninja_tool_deps(struct tool *tool, int argc, char **argv)
{
    if (argc == 1) {
        print_all(tool);
        return 0;
    }
    struct file_list files = {0};
    bool found = tool_targets(tool, argc - 1, argv + 1, &files);
    for (uint32_t i = 0; found && i < files.count; i++)
        print_deps(tool, files.data[i]);
    vec_free(&files);
    return !found;
}
