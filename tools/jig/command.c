#include "tools/jig/command.h"

#include "jig/session.h"
#include "tools/jig/face.h"
#include "tools/jig/text.h"

#include <stdio.h>
#include <string.h>

const struct command *const command_list[] = {
    &command_build, &command_watch,  &command_clean,  &command_query, &command_trace,
    &command_cache, &command_config, &command_daemon, &command_ninja, &command_help,
    NULL,
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *command = command_list; *command; command++) {
        if (strcmp((*command)->name, name) == 0)
            return *command;
    }
    return NULL;
}

int command_act(const struct command *command, enum options_of of, int argc, char **argv,
                int (*act)(struct build_request *request))
{
    struct build_request request;
    int code = EXIT_UNABLE;
    switch (options_parse(of, argc, argv, &request)) {
    case OPTIONS_GO:
        code = act(&request);
        break;
    case OPTIONS_HELP:
        fputs(command->usage, stdout);
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
