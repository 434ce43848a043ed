/*
 * The subcommands, one file each, and what can be told about one.
 *
 * A command is told in one place, its `struct command`. The parser takes the options that stand
 * there and no others (options.c), and `--help` (usage.c), the man page (man_page.c) and what
 * shells complete (completion_*.c) are made of it.
 *
 * Text is plain ASCII. Two newlines in a row begin a paragraph, one begins a line; all else is
 * flowed to the width at hand. What is typed as it stands is put in 'single quotes'.
 */
#ifndef JIG_TOOL_COMMAND_H
#define JIG_TOOL_COMMAND_H

#include "tools/jig/option_form.h"
#include "tools/jig/options.h"

#include <stddef.h>

/* Something that is typed or seen, and what it means. A list of them ends with a NULL name. */
struct term {
    const char *name;
    const char *text;
};

/* What an option does for one command. A list ends with OPTION_END. */
struct option_row {
    enum option_id option;
    const char *text; /* a phrase without a full stop; what follows the first ';' is detail */
};

struct option_group {
    const char *heading; /* NULL: needs none */
    const struct option_row *rows;
};

/* A word that says what to do, such as `why` in `jig query why FILES`. A list ends with a NULL
 * name. */
struct command_word {
    const char *name;
    const char *arguments; /* what may follow, as help shows it; NULL: nothing */
    const char *text;
    enum completion completion; /* of each argument */
    const char *argument_words; /* for COMPLETE_WORD, as in struct option_form */
};

enum { MOST_OPTION_GROUPS = 3 };

struct command {
    const char *name; /* NULL: jig itself, which is in no list */
    const char *summary;
    const char *synopsis;             /* what follows the name, one way to call it a line */
    const char *about;                /* before the options; NULL: the summary says it all */
    const struct command_word *words; /* NULL: there are none */
    enum completion completion; /* of arguments where there are no words, else of what may stand
                                   instead of a word; not COMPLETE_WORD */
    struct option_group options[MOST_OPTION_GROUPS + 1]; /* ended by one without rows */
    const struct command *borrows; /* takes that command's options, too; `about` says so. Or NULL */
    const enum option_id *refuses; /* those of them that make no sense here; or NULL */
    const char *notes;             /* after the options; or NULL */
    const char *details;           /* for the man page alone; or NULL */
    const struct term *examples;   /* for the man page; or NULL */
    const struct term *exit_codes;
    const struct term *environment; /* variables it heeds; or NULL */
    const char *see_also;           /* names of commands, a space between two; or NULL */
    enum face face;
    int (*run)(int argc, char **argv); /* argv[0] is "jig NAME"; returns the exit code */
};

/*
 * The body of a subcommand's `run`: parses its options, prints the usage when it is asked for, and
 * otherwise calls `act`, whose exit code it returns.
 */
int command_act(const struct command *command, int argc, char **argv,
                int (*act)(struct build_request *request));

extern const struct command command_build;
extern const struct command command_cache;
extern const struct command command_clean;
extern const struct command command_completion;
extern const struct command command_config;
extern const struct command command_daemon;
extern const struct command command_query;
extern const struct command command_help;
extern const struct command command_ninja;
extern const struct command command_trace;
extern const struct command command_watch;

/* jig itself: what is told where no command is named. Not to be run. */
extern const struct command command_jig;

/* All of them but jig itself, in the order in which help lists them; ended by NULL. */
extern const struct command *const command_list[];

/* The exit codes of commands that run jobs, and of those that do not. */
extern const struct term command_exits_of_builds[];
extern const struct term command_exits[];

/* What every command takes: -h, --help and --version. */
extern const struct option_row command_common_options[];

/*
 * All options that the parser takes for `command`, each once: its own, those it borrows, and the
 * common ones, in that order. Returns how many. Of those that it refuses, too, so that it can say
 * so. O(options).
 */
size_t command_options(const struct command *command, struct option_row rows[OPTION_COUNT]);
/* Whether the option stands in one of the command's own groups. */
bool command_has_own(const struct command *command, enum option_id option);
/* Whether the option is one that `command` takes only to refuse it. */
bool command_refuses(const struct command *command, enum option_id option);

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);
/* Says that there is no such command, and which one may have been meant. Returns the exit code. */
int command_unknown(const char *name);

#endif
