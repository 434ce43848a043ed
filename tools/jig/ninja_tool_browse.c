/*
 * `ninja -t browse`: as ninja does it, by a program in Python that asks the other tools.
 */
#include "tools/jig/browse.h"
#include "tools/jig/ninja_tool.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is shown first when nobody says: the first default, else the first file that jobs make. */
static const char *first_target(const struct tool *tool)
{
    const struct graph *graph = tool->graph;
    if (graph->defaults.count)
        return graph_path(graph, graph->defaults.data[0]);
    return graph->jobs.count ? graph_path(graph, graph_job_key(graph, &graph->jobs.data[0])) : "";
}

static bool names_target(int argc, char **argv)
{
    bool named = false;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        bool takes_next = strcmp(word, "-p") == 0 || strcmp(word, "-a") == 0 ||
                          strcmp(word, "--port") == 0 || strcmp(word, "--hostname") == 0 ||
                          strcmp(word, "-f") == 0;
        named |= word[0] != '-';
        i += takes_next;
    }
    return named;
}

int ninja_tool_browse(struct tool *tool, int argc, char **argv)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0) {
        face_complain(FACE_NINJA, "cannot find out where jig lies: %s", strerror(errno));
        return 1;
    }
    program[length] = '\0';
    const char *const ours[] = {"python3", "-c", browse_script,          "--program",
                                program,   "-f", tool->session->manifest};
    enum { OURS = sizeof ours / sizeof *ours };
    const char **words = mem_array(OURS + (size_t)argc + 2, sizeof *words);
    memcpy(words, ours, sizeof ours);
    for (int i = 1; i < argc; i++)
        words[OURS + i - 1] = argv[i];
    if (!names_target(argc, argv))
        words[OURS + argc - 1] = first_target(tool);
    execvp(words[0], (char *const *)words);
    face_complain(FACE_NINJA, "browse needs python3, which cannot be run: %s", strerror(errno));
    free(words);
    return 1;
}
