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
    return command_act(&command_build, OPTIONS_OF_BUILD, argc, argv, build);
}

const struct command command_build = {
    .name = "build",
    .summary = "bring targets up to date",
    .usage = "usage: jig build [options] [targets]\n"
             "\n"
             "Builds the targets, or all that the manifest has by default: the jig.yaml or\n"
             "build.ninja of this directory, or else the pipelines of a jig.yaml further up.\n"
             "\n"
             "  -C DIR             go to DIR first\n"
             "  -f FILE            the manifest: a build.ninja, or the jig.yaml of a root\n"
             "  -j N               run N jobs at a time, 0 for no limit\n"
             "  -k N               go on until N jobs have failed, 0 for all (usual: 1)\n"
             "  -l N               start no further job while the load average is above N\n"
             "  -n                 say what would run, run nothing\n"
             "  -v, --verbose      show whole commands\n"
             "      --quiet        show only what jobs print, and failures\n"
             "      --explain      say why each job runs\n"
             "      --stats        say what the build cost (--stats=json: for programs)\n"
             "      --progress=F   show progress as an area of lines (area), as one line (line),\n"
             "                     not at all (none), or as suits the terminal (auto, usual)\n"
             "      --json         tell programs what happens, an event a line\n"
             "      --show-cache   say what is kept for the next build\n"
             "      --cache-dir D  keep it in the directory D, not in .jig\n"
             "      --daemon       let a process that stays do it, and start that if need be;\n"
             "                     --no-daemon: not even if jig.yaml says so\n"
             "      --trace FILE   write a trace that ui.perfetto.dev opens\n"
             "      --status FMT   what to put before each line: '[$finished/$total] '\n"
             "  -d MODE            keepdepfile, keeprsp: leave such files behind\n"
             "  -w FLAG            phonycycle=err: a phony target must not name itself\n"
             "\n"
             "Of pipelines only:\n"
             "      --filter GLOB  build what matches, and what that needs; may be repeated.\n"
             "                     'GLOB...' and what it imports, '...GLOB' and what imports\n"
             "                     it, '!GLOB' without what matches\n"
             "      --depth N      follow imports for N steps at most\n"
             "      --affected REF build what changed since the git commit REF, and what\n"
             "                     depends on that\n"
             "      --write-delta FILE   write which outputs changed, as JSON\n"
             "      --no-cache     build everything, keep nothing\n"
             "\n"
             "To go on building ('jig help watch' tells more):\n"
             "      --watch        build again whenever something changes\n"
             "      --on-change=restart  a change stops the build that is going on\n"
             "      --debounce MS  build when nothing has changed for MS milliseconds\n"
             "      --poll[=MS]    look at folders every MS milliseconds\n",
    .run = build_main,
};
