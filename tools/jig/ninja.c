#include "tools/jig/ninja.h"

#include "engine/manifest/ninja/ninja.h"
#include "jig/session.h"
#include "tools/jig/command.h"
#include "tools/jig/ninja_tool.h"
#include "tools/jig/options.h"
#include "tools/jig/processors.h"
#include "tools/jig/run_build.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

static int show_usage(const struct build_request *request)
{
    uint32_t slots = request->slots == JIG_UNLIMITED ? INT_MAX : request->slots;
    if (!slots)
        slots = processors_default_slots(processors_available());
    fprintf(stderr,
            "usage: ninja [options] [targets...]\n"
            "\n"
            "if targets are unspecified, builds the 'default' target (see manual).\n"
            "\n"
            "options:\n"
            "  --version      print ninja version (\"%s\")\n"
            "  -v, --verbose  show all command lines while building\n"
            "  --quiet        don't show progress status, just command output\n"
            "  --status FMT   progress status format using Ninja-style $vars\n"
            "                 (e.g. --status '[$finished/$total] ')\n"
            "\n"
            "  -C DIR   change to DIR before doing anything else\n"
            "  -f FILE  specify input build file [default=build.ninja]\n"
            "\n"
            "  -j N     run N jobs in parallel (0 means infinity) [default=%" PRIu32
            " on this system]\n"
            "  -k N     keep going until N jobs fail (0 means infinity) [default=1]\n"
            "  -l N     do not start new jobs if the load average is greater than N\n"
            "  -n       dry run (don't run commands but act like they succeeded)\n"
            "\n"
            "  -d MODE  enable debugging (use '-d list' to list modes)\n"
            "  -t TOOL  run a subtool (use '-t list' to list subtools)\n"
            "    terminates toplevel options; further flags are passed to the tool\n"
            "  -w FLAG  adjust warnings (use '-w list' to list warnings)\n",
            NINJA_COMPAT_VERSION, slots);
    return 1;
}

static int run_tool(struct build_request *request)
{
    int exit_code = 1;
    const struct ninja_tool *kind = ninja_tool_find(request->tool, &exit_code);
    if (!kind)
        return exit_code;
    struct place place;
    struct tool tool = {.face = FACE_NINJA, .request = request, .place = &place};
    exit_code = 1;
    /* ninja complains of the tool before it looks at the directory. */
    if (place_enter(FACE_NINJA, request, false, &place) &&
        (!kind->needs_graph || tool_open(&tool))) {
        /* The argument of -t stands before the tool's own and becomes its argv[0]. */
        request->targets[-1] = (char *)kind->name;
        exit_code = kind->run(&tool, request->target_count + 1, request->targets - 1);
    }
    tool_close(&tool);
    place_free(&place);
    return exit_code;
}

int ninja_main(int argc, char **argv)
{
    struct build_request request;
    switch (options_parse(&command_ninja, argc, argv, &request)) {
    case OPTIONS_GO:
        return request.tool ? run_tool(&request) : run_build(FACE_NINJA, &request);
    case OPTIONS_VERSION:
        printf("%s\n", NINJA_COMPAT_VERSION);
        return 0;
    case OPTIONS_HELP:
    case OPTIONS_UNKNOWN:
        return show_usage(&request);
    case OPTIONS_LISTED:
    case OPTIONS_WRONG:
        break;
    }
    return 1;
}

static const struct option_row options[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest (usual: build.ninja)"},
    {OPTION_JOBS, "run N jobs at a time, 0 for no limit"},
    {OPTION_FAILURES, "go on until N jobs have failed, 0 for all (usual: 1)"},
    {OPTION_LOAD, "start no further job while the load average is above N"},
    {OPTION_DRY_RUN, "say what would run, run nothing"},
    {OPTION_VERBOSE, "show whole commands"},
    {OPTION_QUIET, "show only what jobs print, and failures"},
    {OPTION_STATUS, "what to put before each line: '[$finished/$total] '"},
    {OPTION_DEBUG, "a debugging mode; 'list' tells which there are"},
    {OPTION_WARNING, "a warning flag; 'list' tells which there are"},
    {OPTION_TOOL, "run a tool, whose arguments follow; 'list' tells which there are"},
    {OPTION_END, NULL},
};

static const struct option_row on_top[] = {
    {OPTION_EXPLAIN, "say why each job runs"},
    {OPTION_STATS, "say what the build cost; json is for programs"},
    {OPTION_TRACE, "write a trace that ui.perfetto.dev opens"},
    {OPTION_END, NULL},
};

static const struct term exit_codes[] = {
    {"0", "done"},          {"1", "jig could not do it"},
    {"130", "interrupted"}, {"other", "what the job that failed exited with"},
    {NULL, NULL},
};

static const struct term environment[] = {
    {"NINJA_STATUS", "what stands before each line; '[%f/%t] ' when it is not set"},
    {"MAKEFLAGS", "names make's jobserver, whose tokens say how many jobs run, unless '-j' does"},
    {NULL, NULL},
};

const struct command command_ninja = {
    .name = "ninja",
    .summary = "take ninja's own command line, as under the name ninja",
    .synopsis = "[ninja's options] [targets]",
    .about = "Does what the program does when it is called by the name ninja: same options, same "
             "output, same exit codes. 'jig ninja -h' prints what ninja prints.",
    .completion = COMPLETE_TARGET,
    .options = {{NULL, options}, {"On top of ninja's:", on_top}},
    .exit_codes = exit_codes,
    .environment = environment,
    .see_also = "build",
    .face = FACE_NINJA,
    .run = ninja_main,
};
