/*
 * `jig build`.
 */
#include "jig/session.h"
#include "tools/jig/command.h"
#include "tools/jig/run_build.h"

#include <stdio.h>

static int build_main(int argc, char **argv)
{
    struct build_request request;
    switch (options_parse(OPTIONS_OF_BUILD, argc, argv, &request)) {
    case OPTIONS_GO:
        return run_build(FACE_JIG, &request);
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

const struct command command_build = {
    .name = "build",
    .summary = "bring targets up to date",
    .usage = "usage: jig build [options] [targets]\n"
             "\n"
             "Builds the targets, or the manifest's default ones.\n"
             "\n"
             "  -C DIR           go to DIR first\n"
             "  -f FILE          the manifest (default: build.ninja)\n"
             "  -j N             run N jobs at a time, 0 for no limit\n"
             "  -k N             go on until N jobs have failed, 0 for all the way (default: 1)\n"
             "  -l N             start no further job while the load average is above N\n"
             "  -n               say what would run, run nothing\n"
             "  -v, --verbose    show whole commands\n"
             "      --quiet      show only what jobs print, and failures\n"
             "      --explain    say why each job runs\n"
             "      --stats      say what the build cost (--stats=json: for programs)\n"
             "      --trace FILE write a trace that ui.perfetto.dev opens\n"
             "      --status FMT what to put before each line, e.g. '[$finished/$total] '\n"
             "  -d MODE          keepdepfile, keeprsp: leave such files behind\n"
             "  -w FLAG          phonycycle=err: a phony target must not name itself\n",
    .run = build_main,
};
