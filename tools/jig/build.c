/*
 * `jig build`.
 */
#include "tools/jig/command.h"
#include "tools/jig/run_build.h"
#include "tools/jig/watch_build.h"

static int build(struct build_request *request)
{
    if (request->watch)
        return watch_build(request);
    if (request->watch_option)
        return face_wrong_usage(FACE_JIG, "jig help build",
                                "%s is for watching; did you mean 'jig build --watch'?",
                                request->watch_option);
    return run_build(FACE_JIG, request);
}

static int build_main(int argc, char **argv)
{
    return command_act(&command_build, argc, argv, build);
}

static const struct option_row general[] = {
    {OPTION_DIRECTORY, "go to DIR first"},
    {OPTION_MANIFEST, "the manifest: a build.ninja, or the jig.yaml of a root"},
    {OPTION_JOBS, "run N jobs at a time, 0 for no limit"},
    {OPTION_FAILURES, "go on until N jobs have failed, 0 for all (usual: 1)"},
    {OPTION_LOAD, "start no further job while the load average is above N"},
    {OPTION_DRY_RUN, "say what would run, run nothing"},
    {OPTION_VERBOSE, "show whole commands"},
    {OPTION_QUIET, "show only what jobs print, and failures"},
    {OPTION_EXPLAIN, "say why each job runs"},
    {OPTION_PROGRESS, "how to show progress: in an area of lines, in one line, not at all, or as "
                      "suits the terminal"},
    {OPTION_JSON, "tell programs what happens, an event a line"},
    {OPTION_STATS, "say what the build cost; json is for programs"},
    {OPTION_SHOW_CACHE, "say what is kept for the next build"},
    {OPTION_CACHE_DIR, "keep it in the directory DIR, not in .jig"},
    {OPTION_DAEMON, "let a process that stays do it; start that if need be"},
    {OPTION_NO_DAEMON, "do it here, even if jig.yaml says 'daemon: true'"},
    {OPTION_TRACE, "write a trace that ui.perfetto.dev opens"},
    {OPTION_STATUS, "what to put before each line: '[$finished/$total] '"},
    {OPTION_DEBUG, "leave files behind: keepdepfile, keeprsp"},
    {OPTION_WARNING, "phony targets must not name themselves: phonycycle=err"},
    {OPTION_END, NULL},
};

static const struct option_row of_pipelines[] = {
    {OPTION_FILTER, "build what matches, and what that needs; may be repeated. 'GLOB...' and what "
                    "it imports, '...GLOB' and what imports it, '!GLOB' without what matches"},
    {OPTION_DEPTH, "follow imports for N steps at most"},
    {OPTION_AFFECTED, "build what changed since the git commit REF, and what depends on that"},
    {OPTION_WRITE_DELTA, "write which outputs changed, as JSON"},
    {OPTION_NO_CACHE, "build everything, keep nothing"},
    {OPTION_END, NULL},
};

static const struct option_row of_watching[] = {
    {OPTION_WATCH, "build again whenever something changes"},
    {OPTION_ON_CHANGE, "a change waits for the build that is going on, or stops it"},
    {OPTION_DEBOUNCE, "build when nothing has changed for MS milliseconds"},
    {OPTION_POLL, "look at folders every MS milliseconds"},
    {OPTION_END, NULL},
};

static const struct term examples[] = {
    {"jig build -C out app", "build 'app' in out"},
    {"jig build -j4 --explain", "run four jobs at a time, and say why each runs"},
    {"jig build --filter 'packages/web/**'", "build what pipelines make of one part of a monorepo"},
    {"jig build --affected origin/main", "build what changed on this branch, and what needs it"},
    {"jig build --stats=json --quiet", "print what the build cost, for a program"},
    {NULL, NULL},
};

static const struct term environment[] = {
    {"NINJA_STATUS", "what stands before each line; '[%f/%t] ' when it is not set"},
    {"NO_COLOR", "leave out control sequences of what jobs print, on terminals too"},
    {"CLICOLOR_FORCE", "pass them on everywhere, unless 'NO_COLOR' is set"},
    {"FORCE_COLOR", "pass them on everywhere"},
    {"COLUMNS", "the width of a terminal that does not know its own"},
    {"MAKEFLAGS", "names make's jobserver, whose tokens say how many jobs run, unless '-j' does"},
    {"JIG_DAEMON_IDLE", "after how many seconds of no use the daemon ends"},
    {NULL, NULL},
};

const struct command command_build = {
    .name = "build",
    .summary = "bring targets up to date",
    .synopsis = "[options] [targets]",
    .about = "Builds the targets, or all that the manifest has by default: the jig.yaml or "
             "build.ninja of this directory, or else the pipelines of a jig.yaml further up.",
    .completion = COMPLETE_TARGET,
    .options = {{NULL, general},
                {"Of pipelines only:", of_pipelines},
                {"To go on building ('jig help watch' tells more):", of_watching}},
    .details =
        "A job is up to date when its last run succeeded and is recorded, its recipe and "
        "the content of all it read are the recorded ones, and its outputs are as it left "
        "them. Times of files do not count.\n\n"
        "A target is a path as the manifest has it; 'main.c^' is the first thing made from "
        "main.c. With pipelines, a target that is no file, or is written as a pattern, is "
        "a filter.\n\n"
        "Without '-j', two jobs run at a time on one processor, three on two, and two more "
        "than there are processors above that. Under 'make -j', the build shares the jobs of "
        "make, through the jobserver that 'MAKEFLAGS' names: '-j' is what keeps it from that. "
        "With a make older than 4.4, begin the recipe with '+'.\n\n"
        "What is kept between builds is in the directory .jig beside the manifest. While "
        "nothing is being built it may be deleted: the next build finds out everything "
        "anew.",
    .examples = examples,
    .exit_codes = command_exits_of_builds,
    .environment = environment,
    .see_also = "watch query clean cache daemon",
    .run = build_main,
};
