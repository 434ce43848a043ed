/*
 * The subcommands, one file each.
 */
#ifndef JIG_TOOL_COMMAND_H
#define JIG_TOOL_COMMAND_H

#include "tools/jig/options.h"

struct command {
    const char *name;
    const char *summary;               /* for the list in `jig help` */
    const char *usage;                 /* for `jig help NAME` */
    int (*run)(int argc, char **argv); /* argv[0] is "jig NAME"; returns the exit code */
};

/*
 * The body of a subcommand's `run`: parses the options that `of` has, prints the usage when it is
 * asked for, and otherwise calls `act`, whose exit code it returns.
 */
int command_act(const struct command *command, enum options_of of, int argc, char **argv,
                int (*act)(struct build_request *request));

extern const struct command command_build;
extern const struct command command_cache;
extern const struct command command_clean;
extern const struct command command_config;
extern const struct command command_daemon;
extern const struct command command_query;
extern const struct command command_help;
extern const struct command command_ninja;
extern const struct command command_trace;
extern const struct command command_watch;

/* All of them, in the order in which help lists them; ended by NULL. */
extern const struct command *const command_list[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);
/* Says that there is no such command, and which one may have been meant. Returns the exit code. */
int command_unknown(const char *name);

#endif
