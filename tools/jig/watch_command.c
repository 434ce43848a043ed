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
    return command_act(&command_watch, OPTIONS_OF_WATCH, argc, argv, watch);
}

const struct command command_watch = {
    .name = "watch",
    .summary = "build, and build again whenever something changes",
    .usage =
        "usage: jig watch [options] [targets]\n"
        "\n"
        "Does what 'jig build' does, then waits for changes and builds what they change,\n"
        "until it is ended: 'jig build --watch'. A failed build does not end it, nor does a\n"
        "manifest that is wrong for a while.\n"
        "\n"
        "It takes the options and targets of 'jig build' ('jig help build'), but not -n,\n"
        "--no-cache and --trace, and:\n"
        "\n"
        "      --on-change=queue    a change during a build waits for its end (usual)\n"
        "      --on-change=restart  a change during a build stops it, and it begins anew\n"
        "      --debounce MS  build when nothing has changed for MS milliseconds (usual: 15),\n"
        "                     or 100 after the first change, or 5 times MS if that is more\n"
        "      --poll[=MS]    look at all folders every MS milliseconds (usual: 500), for file\n"
        "                     systems that tell of no changes, such as network mounts\n"
        "\n"
        "With --affected, git is asked again with every change. --write-delta writes with\n"
        "every build that came to something, and so do --stats and --show-cache.\n"
        "\n"
        "On a terminal: r looks at everything again, e says why jobs run, q quits.\n"
        "While it watches, other builds in the same place wait for it to end.\n",
    .run = watch_main,
};
