/*
 * `jig watch`.
 */
#include "tools/jig/command.h"
#include "tools/jig/face.h"
#include "tools/jig/watch_build.h"

static int watch(struct build_request *request)
{
    return watch_build(request);
}

static int watch_main(int argc, char **argv)
{
    return command_act(&command_watch, argc, argv, watch);
}

static const struct option_row options[] = {
    {OPTION_ON_CHANGE,
     "queue: a change during a build waits for its end (usual); restart: it stops "
     "that build, which begins anew"},
    {OPTION_DEBOUNCE, "build when nothing has changed for MS milliseconds (usual: 15), or 100 "
                      "after the first change, or 5 times MS if that is more"},
    {OPTION_POLL, "look at all folders every MS milliseconds (usual: 500), for file systems that "
                  "tell of no changes, such as network mounts"},
    {OPTION_END, NULL},
};

static const enum option_id refused[] = {OPTION_DRY_RUN, OPTION_NO_CACHE, OPTION_TRACE, OPTION_END};

static const struct term examples[] = {
    {"jig watch", "build everything, and again whenever something changes"},
    {"jig watch --on-change=restart app", "build 'app', from the start when it changes meanwhile"},
    {NULL, NULL},
};

const struct command command_watch = {
    .name = "watch",
    .summary = "build, and build again whenever something changes",
    .synopsis = "[options] [targets]",
    .about = "Does what 'jig build' does, then waits for changes and builds what they change, "
             "until it is ended: 'jig build --watch'. A failed build does not end it, nor does a "
             "manifest that is wrong for a while.\n\n"
             "It takes the options and targets of 'jig build' ('jig help build'), but not -n, "
             "--no-cache and --trace.",
    .completion = COMPLETE_TARGET,
    .options = {{NULL, options}},
    .borrows = &command_build,
    .refuses = refused,
    .notes = "With --affected, git is asked again with every change. --write-delta writes with "
             "every build that came to something, and so do --stats and --show-cache.\n\n"
             "On a terminal: r looks at everything again, e says why jobs run, q quits.\n"
             "While it watches, other builds in the same place wait for it to end.",
    .examples = examples,
    .exit_codes = command_exits_of_builds,
    .see_also = "build daemon",
    .run = watch_main,
};
