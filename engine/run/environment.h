/*
 * The environment a program sees when a shell starts it, without the shell.
 *
 * POSIX sh makes variables of its environment and exports them again; the result differs a little
 * from what came in: PWD is there and right, names that are no variable names are gone. This keeps
 * that result, as dash makes it, and does what the shell does with it: `cd` and the search along
 * PATH. What would take more than that to get right, it declines.
 *
 * One thread. Pointers returned are valid until the next call on the same environment.
 */
#ifndef RUN_ENVIRONMENT_H
#define RUN_ENVIRONMENT_H

#include "engine/base/buf.h"
#include "engine/base/memory.h"

#include <stdbool.h>

struct environment {
    bool usable;            /* false: too unusual to imitate; the rest does not count then */
    bool has_cdpath;        /* CDPATH is set: a relative operand of cd may mean anything */
    VEC(char *) variables;  /* NAME=value, then a place for OLDPWD, then NULL; count is without */
    uint32_t pwd;           /* where PWD is */
    uint32_t oldpwd;        /* where OLDPWD is, or goes */
    char *home_pwd;         /* PWD=…, with no cd; owned */
    char *home_oldpwd;      /* OLDPWD=…, with no cd; may be NULL */
    VEC(const char *) path; /* the directories of PATH up to the first that is not absolute */
    char *path_text;        /* what `path` points into */
    struct buf pwd_text;    /* PWD=…, after cd */
    struct buf oldpwd_text; /* OLDPWD=…, after cd */
    struct buf program;     /* the file last found */
};

/* `variables` (NULL-terminated) must outlive the environment. Looks at the current directory. */
void environment_init(struct environment *environment, char *const *variables);
void environment_free(struct environment *environment);

/*
 * The variables a program started in `directory` sees, after `cd directory` unless that is NULL.
 * *resolved is where it starts (NULL with no cd). NULL when cd needs the shell. Whether the
 * directory exists is not looked at. O(length).
 */
char *const *environment_enter(struct environment *environment, const char *directory,
                               const char **resolved);

/*
 * The file that runs for a command `name`: itself when it has a slash, else the first executable
 * one along PATH. NULL when the shell should search. O(directories) system calls.
 */
const char *environment_find(struct environment *environment, const char *name);

#endif
