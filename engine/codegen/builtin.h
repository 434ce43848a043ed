/*
 * The generators that jig has itself. Each is one struct builtin: a table of options and a function
 * that makes the outputs of one job. They read and write through struct generation, like a plugin.
 */
#ifndef CODEGEN_BUILTIN_H
#define CODEGEN_BUILTIN_H

#include "engine/codegen/generation.h"
#include "engine/codegen/options.h"

struct builtin {
    const char *name;
    const struct option *options;
    const void *defaults; /* what the options are when not given … */
    size_t options_size;  /* … and how large their struct is */
    uint32_t outputs;     /* how many it makes of a job */
    bool collects;        /* may be of a collect pipeline */
    bool sees_facts;      /* looks at imports and definitions */
    /* Checks what the table cannot say; may be NULL. */
    enum jig_status (*check)(const void *options, struct jig_error *error);
    /* Makes the outputs. What goes wrong is told by generation_fail. Any thread. */
    void (*generate)(const void *options, struct generation *generation);
};

extern const struct builtin builtin_copy;          /* copy.c */
extern const struct builtin builtin_embed;         /* embed.c */
extern const struct builtin builtin_manifest_json; /* manifest_json.c */
extern const struct builtin builtin_ts_index;      /* ts_index.c */

/* NULL when there is none of that name. */
const struct builtin *builtin_find(const char *name);
/* *options is the caller's, for builtin_free_options; NULL on failure. JIG_ERROR_USAGE. */
enum jig_status builtin_read_options(const struct builtin *builtin, const char *json,
                                     void **options, struct jig_error *error);
void builtin_free_options(const struct builtin *builtin, void *options);

#endif
