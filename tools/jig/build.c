/*
 * `jig build`.
 */
#include "jig/session.h"
#include "tools/jig/command.h"
#include "tools/jig/run_build.h"

#include <stdio.h>

static int answer(enum options_outcome outcome, const struct build_request *request)
{
    switch (outcome) {
    case OPTIONS_GO:
        return run_build(FACE_JIG, request);
    case OPTIONS_HELP:
        fputs(command_build.usage, stdout);
        return EXIT_DONE;
    case OPTIONS_VERSION:
        printf("jig %s\n", jig_version());
        return EXIT_DONE;
    case OPTIONS_LISTED:
        return EXIT_DONE;
    case OPTIONS_WRONG:
    case OPTIONS_UNKNOWN:
        break;
    }
    return EXIT_UNABLE;
}

static int build_main(int argc, char **argv)
{
    struct build_request request;
    enum options_outcome outcome = options_parse(OPTIONS_OF_BUILD, argc, argv, &request);
    int code = answer(outcome, &request);
    build_request_free(&request);
    return code;
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
             "      --no-cache     build everything, keep nothing\n",
    .run = build_main,
};
