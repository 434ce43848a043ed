/*
 * `jig help`, and jig without arguments.
 */
#include "jig/session.h"
#include "tools/jig/command.h"
#include "tools/jig/face.h"

#include <stdio.h>

static int show_overview(void)
{
    printf("jig %s, a parallel, incremental build engine that decides by content\n"
           "\n"
           "usage: jig COMMAND [options] [targets]\n"
           "\n",
           jig_version());
    for (const struct command *const *command = command_list; *command; command++)
        printf("  %-8s %s\n", (*command)->name, (*command)->summary);
    printf("\n"
           "  jig build                 build what jig.yaml or build.ninja here describes\n"
           "  jig build -C out app      build 'app' in out\n"
           "  jig build --filter 'packages/web/**'\n"
           "                            build what pipelines make of one part of a monorepo\n"
           "  jig build --affected origin/main\n"
           "                            build what changed on this branch, and what needs it\n"
           "  jig watch                 build, and again whenever something changes\n"
           "  jig build --explain       and say why each job runs\n"
           "  jig query why app         say whether app is up to date, and why not\n"
           "  jig help build            all options of 'jig build'\n"
           "  cmake -G Ninja -DCMAKE_MAKE_PROGRAM=/path/to/ninja …\n"
           "                            build with jig, through its link 'ninja'\n"
           "\n"
           "exit code: 0 done, 1 a job failed, 2 wrong usage or manifest, 130 interrupted\n");
    return EXIT_DONE;
}

static int help_main(int argc, char **argv)
{
    if (argc < 2)
        return show_overview();
    const struct command *command = command_find(argv[1]);
    if (!command)
        return command_unknown(argv[1]);
    fputs(command->usage, stdout);
    return EXIT_DONE;
}

const struct command command_help = {
    .name = "help",
    .summary = "tell about a command",
    .usage = "usage: jig help [COMMAND]\n"
             "\n"
             "Lists the commands, or tells all about one.\n",
    .run = help_main,
};
