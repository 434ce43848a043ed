/*
 * `jig help`, and jig without arguments.
 */
#include "tools/jig/command.h"
#include "tools/jig/face.h"
#include "tools/jig/man_page.h"
#include "tools/jig/usage.h"

#include <stdio.h>

static const struct term jig_examples[] = {
    {"jig build", "build what jig.yaml or build.ninja here describes"},
    {"jig build -C out app", "build 'app' in out"},
    {"jig build --filter 'packages/web/**'", "build what pipelines make of one part of a monorepo"},
    {"jig build --affected origin/main", "build what changed on this branch, and what needs it"},
    {"jig watch", "build, and again whenever something changes"},
    {"jig build --explain", "and say why each job runs"},
    {"jig query why app", "say whether app is up to date, and why not"},
    {"jig help build", "all options of 'jig build'"},
    {"cmake -G Ninja -DCMAKE_MAKE_PROGRAM=/path/to/ninja -B out",
     "build with jig, through its link 'ninja'"},
    {NULL, NULL},
};

const struct command command_jig = {
    .summary = "a parallel, incremental build engine that decides by content",
    .synopsis = "COMMAND [options] [targets]",
    .about = "Reads what a jig.yaml or a build.ninja describes, finds out what changed by content, "
             "and runs exactly the jobs that must run, in parallel. 'jig build --explain' and 'jig "
             "query why' say why a job runs.\n\n"
             "Called by the name ninja it takes ninja's command line: see 'jig ninja'.",
    .examples = jig_examples,
    .exit_codes = command_exits_of_builds,
};

static int help(struct build_request *request)
{
    const struct command *command = &command_jig;
    if (request->target_count > 1)
        return face_wrong_usage(FACE_JIG, "jig help help", "expected one command");
    if (request->target_count)
        command = command_find(request->targets[0]);
    if (!command)
        return command_unknown(request->targets[0]);
    struct buf text = {0};
    if (request->man)
        man_page_append(command, &text);
    else
        usage_append(command, &text);
    fputs(buf_cstr(&text), stdout);
    buf_free(&text);
    return EXIT_DONE;
}

static int help_main(int argc, char **argv)
{
    return command_act(&command_help, argc, argv, help);
}

static const struct option_row options[] = {
    {OPTION_MAN, "print it as a man page, for 'man -l -'"},
    {OPTION_END, NULL},
};

const struct command command_help = {
    .name = "help",
    .summary = "tell about a command",
    .synopsis = "[--man] [COMMAND]",
    .about = "Lists the commands, or tells all about one.",
    .completion = COMPLETE_COMMAND,
    .options = {{NULL, options}},
    .exit_codes = command_exits,
    .run = help_main,
};
