#include "tools/jig/command.h"

#include "jig/session.h"
#include "tools/jig/face.h"
#include "tools/jig/text.h"
#include "tools/jig/usage.h"

#include <stdio.h>
#include <string.h>

const struct command *const command_list[] = {
    &command_build, &command_watch,      &command_clean,  &command_query,
    &command_trace, &command_cache,      &command_config, &command_daemon,
    &command_ninja, &command_completion, &command_help,   NULL,
};

const struct term command_exits_of_builds[] = {
    {"0", "done"},
    {"1", "a job failed"},
    {"2", "jig could not do it: wrong usage, wrong manifest, or the system refused"},
    {"130", "interrupted"},
    {"141", "whoever read the output went away; the build was stopped cleanly"},
    {NULL, NULL},
};

const struct term command_exits[] = {
    {"0", "done"},
    {"2", "jig could not do it: wrong usage, wrong manifest, or the system refused"},
    {"130", "interrupted"},
    {NULL, NULL},
};

const struct option_row command_common_options[] = {
    {OPTION_HELP, "print this"},
    {OPTION_VERSION, "print jig's version"},
    {OPTION_END, NULL},
};

bool command_has_own(const struct command *command, enum option_id option)
{
    for (const struct option_group *group = command->options; group->rows; group++)
        for (const struct option_row *row = group->rows; row->option != OPTION_END; row++)
            if (row->option == option)
                return true;
    return false;
}

size_t command_options(const struct command *command, struct option_row rows[OPTION_COUNT])
{
    size_t count = 0;
    for (const struct option_group *group = command->options; group->rows; group++)
        for (const struct option_row *row = group->rows; row->option != OPTION_END; row++)
            rows[count++] = *row;
    const struct option_group *borrowed = command->borrows ? command->borrows->options : NULL;
    for (; borrowed && borrowed->rows; borrowed++)
        for (const struct option_row *row = borrowed->rows; row->option != OPTION_END; row++)
            if (!command_has_own(command, row->option))
                rows[count++] = *row;
    for (const struct option_row *row = command_common_options; row->option != OPTION_END; row++)
        rows[count++] = *row;
    return count;
}

bool command_refuses(const struct command *command, enum option_id option)
{
    const enum option_id *refused = command->refuses;
    while (refused && *refused != OPTION_END && *refused != option)
        refused++;
    return refused && *refused == option;
}

const struct command *command_find(const char *name)
{
    for (const struct command *const *command = command_list; *command; command++) {
        if (strcmp((*command)->name, name) == 0)
            return *command;
    }
    return NULL;
}

int command_act(const struct command *command, int argc, char **argv,
                int (*act)(struct build_request *request))
{
    struct build_request request;
    int code = EXIT_UNABLE;
    switch (options_parse(command, argc, argv, &request)) {
    case OPTIONS_GO:
        code = act(&request);
        break;
    case OPTIONS_HELP:
        usage_print(command);
        code = EXIT_DONE;
        break;
    case OPTIONS_VERSION:
        printf("jig %s\n", jig_version());
        code = EXIT_DONE;
        break;
    case OPTIONS_LISTED:
        code = EXIT_DONE;
        break;
    case OPTIONS_WRONG:
    case OPTIONS_UNKNOWN:
        break; /* has been told */
    }
    build_request_free(&request);
    return code;
}

int command_unknown(const char *name)
{
    const char *names[sizeof command_list / sizeof *command_list] = {0};
    for (size_t i = 0; command_list[i]; i++)
        names[i] = command_list[i]->name;
    const char *meant = text_closest(name, names);
    if (meant)
        return face_wrong_usage(FACE_JIG, "jig help", "unknown command '%s', did you mean '%s'?",
                                name, meant);
    return face_wrong_usage(FACE_JIG, "jig help", "unknown command '%s'", name);
}
